import type { Fault } from '../faults/fault.js';

/** The endpoints of the provider's API, by short name. */
export type Endpoint = 'authorize' | 'token' | 'userinfo' | 'topup' | 'register';

/** All endpoints. */
export const ENDPOINTS: readonly Endpoint[] = ['authorize', 'token', 'userinfo', 'topup', 'register'];

/** One request that reached an API endpoint. */
export interface RecordedRequest {
  readonly endpoint: Endpoint;
  readonly method: string;
  /** Query and form parameters (of a JSON body: its text fields). Of a name given twice the last counts. */
  readonly params: Readonly<Record<string, string>>;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** When it arrived, by the server's clock, in milliseconds since 1970. */
  readonly time: number;
  /** The HTTP status answered; `null` while there is no answer, and for ever if the connection was cut. */
  readonly status: number | null;
  /** The fault that hit it, if any. */
  readonly fault: Fault['type'] | null;
}

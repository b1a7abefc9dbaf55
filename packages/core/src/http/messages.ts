import type { SessionCarrier } from './session-carrier.js';

/** A request as every framework can tell it. */
export interface AuthRequest {
  readonly method: string;
  /** Path and query as the client sent them, before any router took something off them. */
  readonly url: string;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** The fields of a form post, asked for at logout only. `undefined` when the body is not a form. */
  form?(): Promise<URLSearchParams | undefined>;
  /** Where the session id travels, when not in a cookie of ours. */
  readonly carrier?: SessionCarrier | undefined;
}

/** Header fields in order; `set-cookie` may come several times. Names are in lower case. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** An answer to be sent as it is. `set-cookie` is added to what is there; `vary` is merged; all others are set. */
export interface AuthResponse {
  readonly status: number;
  readonly headers: HeaderList;
  /** Empty for none. */
  readonly body: string;
}

/**
 * What became of a request below `basePath`: answered, or left to the application with headers that its answer must have.
 */
export type Outcome =
  | { readonly handled: true; readonly response: AuthResponse }
  | { readonly handled: false; readonly headers: HeaderList };

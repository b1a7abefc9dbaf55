import type { Fault } from '../faults/fault.js';
import type { ApiCall } from '../http/api-call.js';
import type { Endpoint, RecordedRequest } from './recorded-request.js';
import type { Violation } from './violations.js';

/** Remembers what was asked of the server, and what was wrong with it. */
export class Journal {
  #requests: RecordedRequest[] = [];
  #violations: Violation[] = [];

  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  get violations(): readonly Violation[] {
    return this.#violations;
  }

  /** Records a request on arrival; the function answered takes the status when there is one. */
  open(endpoint: Endpoint, call: ApiCall, fault?: Fault): (status: number) => void {
    const record = {
      endpoint,
      method: call.method,
      params: { ...Object.fromEntries(call.query), ...bodyParams(call) },
      headers: Object.fromEntries(call.headers),
      time: call.time,
      status: null as number | null,
      fault: fault?.type ?? null,
    };
    this.#requests.push(record);
    return (status) => {
      record.status = status;
    };
  }

  blame(violation: Violation | undefined): void {
    if (violation) this.#violations.push(violation);
  }

  count(endpoint: Endpoint, grantType?: string): number {
    return this.#requests.filter(({ endpoint: asked, params: { grant_type } }) => {
      return asked === endpoint && (grantType === undefined || grant_type === grantType);
    }).length;
  }

  clearRequests(): void {
    this.#requests = [];
  }

  clearViolations(): void {
    this.#violations = [];
  }
}

function bodyParams(call: ApiCall): Record<string, string> {
  if (call.body === '') return {};
  if (call.mediaType !== 'application/json') return Object.fromEntries(new URLSearchParams(call.body));
  const json = call.json();
  if (typeof json !== 'object' || json === null) return {};
  return Object.fromEntries(
    Object.entries(json).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

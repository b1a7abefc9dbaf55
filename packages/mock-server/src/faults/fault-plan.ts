import type { Endpoint } from '../journal/recorded-request.js';
import type { Fault } from './fault.js';

interface Planned {
  readonly endpoint: Endpoint;
  readonly fault: Fault;
  left: number;
}

/** The faults to come, in the order in which they were asked for. */
export class FaultPlan {
  #planned: Planned[] = [];

  /**
   * Plans a fault for the next `times` requests, for all by default. Answers how to take it away.
   * @throws RangeError for a count, status or duration that cannot be.
   */
  add(endpoint: Endpoint, fault: Fault, times = Number.POSITIVE_INFINITY): () => void {
    checkFault(fault);
    if (!(times >= 0)) throw new RangeError(`times must not be negative, got ${times}`);
    const planned = { endpoint, fault, left: times };
    this.#planned.push(planned);
    return () => {
      this.#planned = this.#planned.filter((other) => other !== planned);
    };
  }

  /** The fault that hits the request now arriving at an endpoint. */
  take(endpoint: Endpoint): Fault | undefined {
    const planned = this.#planned.find((candidate) => candidate.endpoint === endpoint && candidate.left > 0);
    if (planned) planned.left -= 1;
    return planned?.fault;
  }

  clear(): void {
    this.#planned = [];
  }
}

function checkFault(fault: Fault): void {
  const status = 'status' in fault ? fault.status : undefined;
  if (status !== undefined && !(Number.isInteger(status) && status >= 200 && status <= 599)) {
    throw new RangeError(`a fault's status must be between 200 and 599, got ${status}`);
  }
  const wait = fault.type === 'latency' ? fault.ms : fault.type === 'slow-body' ? fault.msPerByte : 0;
  if (!(wait >= 0)) throw new RangeError(`a fault's duration must not be negative, got ${wait}`);
}

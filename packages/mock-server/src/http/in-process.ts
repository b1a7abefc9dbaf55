import { ConnectionDropped } from './connection-dropped.js';
import type { Handle } from './transport.js';

/** Makes a `fetch` of a request handler, with the failures that the real one has. */
export function inProcessFetch(handle: Handle): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const { signal } = request;
    signal.throwIfAborted();
    const response = await untilAborted(handle(request, { onPort: false }), signal).catch(asFetchFailure);
    if (request.redirect === 'error' && isRedirect(response)) throw fetchFailure('unexpected redirect');
    return response;
  };
}

async function untilAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  let stop: () => void = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function asFetchFailure(error: unknown): never {
  throw error instanceof ConnectionDropped ? fetchFailure('read ECONNRESET', 'ECONNRESET') : error;
}

function fetchFailure(message: string, code?: string): TypeError {
  const cause = Object.assign(new Error(message), code === undefined ? {} : { code });
  return new TypeError('fetch failed', { cause });
}

function isRedirect(response: Response): boolean {
  return response.status >= 300 && response.status < 400 && response.headers.has('location');
}

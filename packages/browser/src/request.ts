import { AihubmixError, type ErrorCode } from './errors.js';

/** Above the server's own deadline for AIHubMix, so that its answer comes first. */
const TIMEOUT = 20_000;

/**
 * Asks the application's server and answers its JSON, unchecked: it is the page's own server.
 * @throws AihubmixError always with a code; `offline` when there is no whole answer.
 */
export async function request(url: string, method = 'GET'): Promise<unknown> {
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, {
      method,
      headers: { accept: 'application/json' },
      credentials: 'include',
      cache: 'no-store',
      signal: AbortSignal.timeout(TIMEOUT),
    });
    text = await response.text();
  } catch {
    throw new AihubmixError('offline');
  }
  if (response.status === 204) return undefined;
  const json = parse(text);
  if (response.ok && json !== undefined) return json;
  const { error, message } = (json ?? {}) as { error?: ErrorCode; message?: string };
  throw new AihubmixError(
    error ?? 'server_error',
    message,
    Number(response.headers.get('retry-after')) || undefined,
  );
}

/** A proxy in front of the server may answer HTML. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text) ?? undefined;
  } catch {
    return undefined;
  }
}

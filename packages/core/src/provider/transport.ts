import { AihubmixError } from '../errors.js';
import type { Answer, Exchange, ProviderRequest } from './exchange.js';

/**
 * Failures of the connection itself: not a byte of the request has left, so another host may be tried. Anything later
 * may have reached the server and is never repeated elsewhere.
 */
const NOT_CONNECTED = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  // Somebody else answers under this name, as a poisoned DNS makes them: refused before the request is sent.
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

/**
 * The connection was made and then cut: mostly one kept alive that the server closed at the same moment. A request that
 * changes nothing is sent again, once.
 */
const CUT = new Set(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET']);

/** How long another host is preferred over the first one after the first could not be reached, in milliseconds. */
const STICKY_FOR = 60_000;

export interface Transport {
  /** The host that requests go to at the moment, as an origin. */
  host(): string;
  /**
   * Sends one request to the provider.
   *
   * @throws AihubmixError `provider_unavailable` when no answer came in time, the connection failed, or the provider
   * answered 429 or 5xx; `provider_error` when it answered a redirect or more than can be an answer.
   */
  send(request: ProviderRequest, secrets: readonly string[]): Promise<Answer>;
}

/**
 * @param hosts origins, the preferred first. The next one is tried only when a connection cannot be made.
 */
export function createTransport(
  hosts: readonly [string, ...string[]],
  exchange: Exchange,
  now: () => number,
): Transport {
  let current = 0;
  let leftFirstAt = 0;

  function host(): string {
    if (current !== 0 && now() - leftFirstAt > STICKY_FOR) current = 0;
    return hosts[current] ?? hosts[0];
  }

  function moveOnFrom(failed: string): void {
    if (hosts[current] !== failed) return;
    current = (current + 1) % hosts.length;
    leftFirstAt = now();
  }

  async function send(request: ProviderRequest, secrets: readonly string[]): Promise<Answer> {
    let repeatable = request.method === 'GET';
    for (let hostsLeft = hosts.length; ; ) {
      const origin = host();
      try {
        return await exchange(origin, request);
      } catch (error) {
        if (error instanceof AihubmixError) throw error;
        if (repeatable && isCausedBy(CUT, error) && !request.signal.aborted) {
          repeatable = false;
          continue;
        }
        hostsLeft -= 1;
        const unreachable = isCausedBy(NOT_CONNECTED, error);
        if (unreachable) moveOnFrom(origin);
        if (!unreachable || hostsLeft === 0) throw noAnswer(error, request.signal, secrets);
      }
    }
  }

  return {
    host,
    async send(request, secrets) {
      return checkAvailable(await send(request, secrets), now);
    },
  };
}

/** Whether an error, or one underneath, has one of these codes; of several attempts at once, each of them. */
function isCausedBy(codes: ReadonlySet<string>, error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    if ('code' in inner && typeof inner.code === 'string' && codes.has(inner.code)) return true;
    if (inner instanceof AggregateError) {
      return inner.errors.length > 0 && inner.errors.every((each) => isCausedBy(codes, each));
    }
  }
  return false;
}

function noAnswer(error: unknown, signal: AbortSignal, secrets: readonly string[]): AihubmixError {
  const message = signal.aborted
    ? 'AIHubMix did not answer within the deadline (option "timeout"). The user is still logged in; try again.'
    : 'The connection to AIHubMix failed. Check that this machine reaches the host in "baseUrl". The user is still logged in; try again.';
  return new AihubmixError('provider_unavailable', message, { cause: error, secrets });
}

function checkAvailable(answer: Answer, now: () => number): Answer {
  if (answer.status === 429 || answer.status >= 500) {
    const message =
      answer.status === 429
        ? 'AIHubMix asks for fewer requests (HTTP 429). The user is still logged in; try again later.'
        : `AIHubMix is not available (HTTP ${answer.status}). The user is still logged in; try again.`;
    throw new AihubmixError('provider_unavailable', message, {
      retryAfter: secondsOf(answer.headers.get('retry-after'), now),
    });
  }
  if (answer.status >= 300 && answer.status < 400) {
    throw new AihubmixError(
      'provider_error',
      `AIHubMix answered with a redirect (HTTP ${answer.status}), which is never followed. Check "baseUrl".`,
    );
  }
  return answer;
}

/** `Retry-After` in whole seconds, from either of its two forms (RFC 9110 §10.2.3). */
function secondsOf(value: string | null, now: () => number): number | undefined {
  if (value === null) return undefined;
  if (/^\d{1,6}$/.test(value)) return Number(value);
  const date = value.endsWith(' GMT') ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(date)) return undefined;
  return Math.min(Math.max(Math.ceil((date - now()) / 1000), 0), 86_400);
}

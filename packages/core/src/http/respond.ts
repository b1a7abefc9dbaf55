import { AihubmixError, type ErrorCode } from '../errors.js';
import type { AuthResponse, HeaderList } from './messages.js';

/** On every answer of ours, of any status. */
export const ALWAYS: HeaderList = [
  ['cache-control', 'no-store'],
  ['vary', 'Cookie'],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
];

const FRAME_PROTECTION: HeaderList = [
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
];

export function json(status: number, body: unknown, headers: HeaderList = []): AuthResponse {
  return {
    status,
    headers: [
      ...ALWAYS,
      ...FRAME_PROTECTION,
      ['content-type', 'application/json; charset=utf-8'],
      ...headers,
    ],
    body: JSON.stringify(body),
  };
}

/** @param location must have been checked: it is sent as it is. */
export function redirect(status: 302 | 303, location: string, headers: HeaderList = []): AuthResponse {
  return { status, headers: [...ALWAYS, ['location', location], ...headers], body: '' };
}

export function empty(status: 204 | 503, headers: HeaderList = []): AuthResponse {
  return { status, headers: [...ALWAYS, ...headers], body: '' };
}

export function html(body: string, contentSecurityPolicy: string, headers: HeaderList = []): AuthResponse {
  return {
    status: 200,
    headers: [
      ...ALWAYS,
      ['content-security-policy', contentSecurityPolicy],
      ['x-frame-options', 'DENY'],
      ['content-type', 'text/html; charset=utf-8'],
      ...headers,
    ],
    body,
  };
}

/** The JSON answer for an error, by the contract's table. */
export function errorAnswer(error: AihubmixError, headers: HeaderList = []): AuthResponse {
  const retryAfter: HeaderList =
    error.retryAfter === undefined ? [] : [['retry-after', String(error.retryAfter)]];
  return json(error.status, error.toJSON(), [...retryAfter, ...headers]);
}

/** Where a failed login ends: `path` with `?error=<code>`. */
export function withError(path: string, code: ErrorCode): string {
  return `${path}${path.includes('?') ? '&' : '?'}error=${code}`;
}

/** Whether an error is one of this server's own side, which somebody should look at. */
export function isFault({ code }: AihubmixError): boolean {
  return code === 'server_error' || code === 'store_unavailable';
}

/** Any thrown value as an error with a code: what we did not foresee is a fault of ours. */
export function asAihubmixError(error: unknown): AihubmixError {
  if (error instanceof AihubmixError) return error;
  return new AihubmixError(
    'server_error',
    'Something unexpected happened on this server; the event "fault" tells what.',
    {
      cause: error,
    },
  );
}

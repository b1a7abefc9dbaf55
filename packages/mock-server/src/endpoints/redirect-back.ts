import type { Decision } from '../mock-server.js';
import type { Codes } from '../state/codes.js';
import type { AuthorizationRequest } from './authorization-request.js';

/** Where the browser goes with the user's decision: the redirect URI with a code, or with `access_denied`. */
export function redirectBack(
  codes: Codes,
  request: AuthorizationRequest,
  userId: string,
  decision: Decision,
): string {
  const { app, redirectUri, scope, state, challenge } = request;
  if (decision === 'deny') {
    const error_description = 'the user refused';
    return withParameters(redirectUri, { error: 'access_denied', error_description, state });
  }
  const code = codes.issue({ clientId: app.clientId, userId, redirectUri, scope, challenge });
  return withParameters(redirectUri, { code, state });
}

/** Adds parameters to a redirect URI and keeps its own query as it is (RFC 6749 §3.1.2). */
export function withParameters(uri: string, parameters: Record<string, string | undefined>): string {
  const given = Object.entries(parameters).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  return `${uri}${uri.includes('?') ? '&' : '?'}${new URLSearchParams(given)}`;
}

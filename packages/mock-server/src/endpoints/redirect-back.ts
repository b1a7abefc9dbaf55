import type { Decision } from '../mock-server.js';
import type { Codes } from '../state/codes.js';
import type { AuthorizationRequest } from './authorization-request.js';
import { withParameters } from './with-parameters.js';

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

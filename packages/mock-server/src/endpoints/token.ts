import type { ApiCall } from '../http/api-call.js';
import { type Parameters, readParameters, requireParameter } from '../http/parameters.js';
import { violation } from '../journal/violations.js';
import type { Provider } from '../provider.js';
import { NO_STORE, Refusal } from '../refusal.js';
import type { Issued } from '../state/tokens.js';
import { authenticateClient } from './client-authentication.js';

/** `POST /api/oauth2/token`: exchanges a code or refreshes (RFC 6749 §4.1.3 and §6). */
export function token(provider: Provider, call: ApiCall): Response {
  checkForm(call);
  const parameters = readParameters(new URLSearchParams(call.body));
  const { clientId } = authenticateClient(call, parameters, provider.apps);
  return answer(issue(provider, parameters, clientId));
}

function checkForm(call: ApiCall): void {
  if (call.url.search !== '') {
    throw new Refusal('invalid_request', 'parameters belong in the body', {
      violation: violation.credentialsInQuery,
    });
  }
  if (call.mediaType !== 'application/x-www-form-urlencoded') {
    throw new Refusal('invalid_request', 'the body must be application/x-www-form-urlencoded', {
      violation: violation.wrongContentType,
    });
  }
}

function issue({ codes, tokens }: Provider, parameters: Parameters, clientId: string): Issued {
  const grantType = requireParameter(parameters, 'grant_type');
  if (grantType === 'refresh_token') {
    const refreshToken = requireParameter(parameters, 'refresh_token');
    return tokens.refresh(refreshToken, clientId, parameters.get('scope'));
  }
  if (grantType !== 'authorization_code') {
    throw new Refusal('unsupported_grant_type', 'there are authorization_code and refresh_token');
  }
  const code = requireParameter(parameters, 'code');
  const redirectUri = requireParameter(parameters, 'redirect_uri');
  const verifier = parameters.get('code_verifier');
  return tokens.issue(codes.redeem({ code, clientId, redirectUri, verifier }));
}

function answer({ accessToken, refreshToken, expiresIn, scope }: Issued): Response {
  const body = {
    access_token: accessToken,
    token_type: 'Bearer',
    expires_in: expiresIn,
    refresh_token: refreshToken,
    scope: scope.join(' '),
  };
  return Response.json(body, { headers: NO_STORE });
}

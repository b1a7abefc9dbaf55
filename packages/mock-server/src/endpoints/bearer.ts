import type { ApiCall } from '../http/api-call.js';
import { violation } from '../journal/violations.js';
import type { Provider } from '../provider.js';
import { Refusal } from '../refusal.js';
import type { Access } from '../state/tokens.js';

const CHALLENGE = 'Bearer realm="aihubmix"';

/**
 * What the request's bearer token opens. Only the Authorization header is looked at (RFC 6750 §2.1).
 * @throws Refusal in the form of RFC 6750 §3
 */
export function authenticate(provider: Provider, call: ApiCall): Access {
  if (call.query.has('access_token')) {
    throw new Refusal('invalid_request', 'the token belongs in the Authorization header', {
      headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_request"` },
      violation: violation.accessTokenInQuery,
    });
  }
  const presented = bearerToken(call);
  if (presented === undefined) {
    throw new Refusal('invalid_token', 'there is no bearer token', {
      status: 401,
      headers: { 'www-authenticate': CHALLENGE },
    });
  }
  const access = provider.tokens.open(presented);
  if (access) return access;
  throw new Refusal('invalid_token', 'the access token is unknown, expired or revoked', {
    status: 401,
    headers: { 'www-authenticate': `${CHALLENGE}, error="invalid_token"` },
  });
}

/** The token in `Authorization: Bearer …`, RFC 6750 §2.1. */
export function bearerToken(call: ApiCall): string | undefined {
  return /^bearer +([A-Za-z0-9\-._~+/]+=*)$/i.exec(call.headers.get('authorization') ?? '')?.[1];
}

import type { ApiCall } from '../http/api-call.js';
import type { Parameters } from '../http/parameters.js';
import { type Violation, violation } from '../journal/violations.js';
import type { MockApp } from '../options.js';
import { Refusal } from '../refusal.js';
import type { Apps } from '../state/apps.js';
import { equalText } from '../state/equal-text.js';

/**
 * Finds the client that calls the token endpoint, by `client_secret_post` only (RFC 6749 §2.3.1).
 * @throws Refusal `invalid_client`, with 401 (RFC 6749 §5.2)
 */
export function authenticateClient(call: ApiCall, parameters: Parameters, apps: Apps): Readonly<MockApp> {
  if (call.headers.has('authorization')) {
    throw new Refusal('invalid_client', 'credentials belong in the body', {
      status: 401,
      headers: { 'www-authenticate': 'Basic realm="aihubmix"' },
      violation: violation.credentialsInHeader,
    });
  }
  const app = apps.get(parameters.get('client_id') ?? '');
  const secret = parameters.get('client_secret');
  if (!app) throw invalidClient(violation.unknownClient);
  if (secret === undefined) throw invalidClient(violation.secretMissing);
  if (!equalText(secret, app.clientSecret)) throw invalidClient(violation.wrongSecret);
  return app;
}

function invalidClient(seen: Violation): Refusal {
  return new Refusal('invalid_client', 'client authentication failed', { status: 401, violation: seen });
}

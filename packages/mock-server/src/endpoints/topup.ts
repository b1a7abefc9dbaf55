import type { ApiCall } from '../http/api-call.js';
import { publicOrigin } from '../http/origin.js';
import type { Provider } from '../provider.js';
import { NO_STORE } from '../refusal.js';
import { authenticate } from './bearer.js';

/** `GET /api/oauth2/topup`: the page to send the user to. */
export function topup(provider: Provider, call: ApiCall): Response {
  authenticate(provider, call);
  const topup_url = `${publicOrigin(call.url, provider.listeningOn)}/topup`;
  return Response.json({ topup_url }, { headers: NO_STORE });
}

import type { ApiCall } from '../http/api-call.js';
import type { Provider } from '../provider.js';
import { NO_STORE } from '../refusal.js';
import { authenticate } from './bearer.js';

/** Created time of users that have none, Unix seconds. */
const CREATED_TIME = 1_640_995_200;

/** `GET /api/oauth2/userinfo`: the user, as far as the scopes of the token go. */
export function userinfo(provider: Provider, call: ApiCall): Response {
  const { grant, scope } = authenticate(provider, call);
  const user = provider.users.get(grant.userId);
  const body = {
    id: user.id,
    username: user.username,
    ...(scope.includes('profile') ? { email: user.email ?? '' } : {}),
    ...(scope.includes('balance') ? balanceFields(provider, grant.userId) : {}),
    created_time: user.createdTime ?? CREATED_TIME,
    status: user.status ?? 1,
  };
  return Response.json(body, { headers: NO_STORE });
}

function balanceFields({ users }: Provider, userId: string): Record<string, unknown> {
  const { total, used } = users.quota(userId);
  return { quota: total, used_quota: used, balance_formatted: users.shownBalance(userId) };
}

import { apiCall } from '../http/api-call.js';
import type { Decision, IssueTokensArgs, MockTokens } from '../mock-server.js';
import type { Provider } from '../provider.js';
import { parseScope } from '../state/scope.js';
import { judge } from './authorization-request.js';
import { AUTHORIZE_PATH } from './authorize.js';
import { redirectBack } from './redirect-back.js';

/**
 * What the authorization endpoint would answer a user that decides at once; recorded like a request to it.
 * @throws Error where the endpoint shows an error page
 */
export function authorizeWithoutBrowser(
  provider: Provider,
  authorizeUrl: string,
  userId: string,
  decision: Decision,
): string {
  const url = new URL(authorizeUrl);
  if (url.pathname !== AUTHORIZE_PATH) throw new Error(`not the authorization endpoint: ${url.pathname}`);
  const settle = provider.journal.open('authorize', apiCall(url, provider.settings.now()));
  const verdict = judge(url.searchParams, provider.apps);
  if (verdict.kind !== 'valid') provider.journal.blame(verdict.violation);
  settle(verdict.kind === 'page' ? 400 : 302);
  if (verdict.kind === 'page') throw new Error(verdict.problem);
  if (verdict.kind === 'redirect') return verdict.location;
  const user = String(provider.users.get(userId).id);
  return redirectBack(provider.codes, verdict.request, user, decision);
}

/**
 * Tokens of a new grant, with no login before them.
 * @throws Error for an application, user or scope there is not
 */
export function issueWithoutLogin(provider: Provider, args: IssueTokensArgs): MockTokens {
  const scope = parseScope(args.scope ?? 'profile balance');
  if (!scope) throw new Error(`there is no scope ${args.scope}`);
  if (!provider.apps.get(args.clientId)) throw new Error(`there is no application ${args.clientId}`);
  const userId = String(provider.users.get(args.userId).id);
  const grant = { clientId: args.clientId, userId, scope, alive: true };
  const { accessToken, refreshToken, expiresIn } = provider.tokens.issue(grant, args.expiresIn);
  return { accessToken, refreshToken, expiresIn, scope: scope.join(' ') };
}

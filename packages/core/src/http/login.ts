import { generateRandomCodeVerifier, generateRandomState } from 'oauth4webapi';
import { safeReturnTo } from '../return-to.js';
import { queryOf } from '../urls.js';
import type { HttpContext } from './context.js';
import type { AuthRequest, AuthResponse } from './messages.js';
import { redirect } from './respond.js';

export interface LoginChoices {
  /** Replaces `returnTo` of the query. Checked like it. */
  readonly returnTo?: string;
  /** Further parameters for the provider's authorization endpoint; they cannot replace ours. */
  readonly extra?: Readonly<Record<string, string>>;
}

/**
 * Begins a login: makes state and PKCE verifier, seals them into a cookie of this browser, and sends it to the provider
 * (RFC 6749 §4.1.1). Everything in the query but `returnTo`, `popup` and `origin` is dropped.
 */
export async function beginLogin(
  context: HttpContext,
  request: AuthRequest,
  choices: LoginChoices = {},
): Promise<AuthResponse> {
  const { config, loginCookies, provider } = context;
  const query = queryOf(request.url);
  const state = generateRandomState();
  const verifier = config.pkce ? generateRandomCodeVerifier() : undefined;
  const wanted = choices.returnTo ?? single(query, 'returnTo');
  const headers = loginCookies.add(request.header('cookie'), {
    state,
    verifier,
    returnTo: safeReturnTo(wanted, config.returnTo) ?? config.returnTo.fallback,
    popupOrigin: single(query, 'popup') === '1' ? popupOrigin(context, single(query, 'origin')) : undefined,
    begunAt: config.now(),
  });
  const { extra } = choices;
  const location = await provider.authorizationUrl({ state, verifier, ...(extra ? { extra } : {}) });
  return redirect(302, location, headers);
}

/** A parameter that comes exactly once. */
function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 ? values[0] : undefined;
}

function popupOrigin({ config }: HttpContext, wanted: string | undefined): string {
  return wanted !== undefined && config.returnTo.trustedOrigins.has(wanted) ? wanted : config.origin;
}

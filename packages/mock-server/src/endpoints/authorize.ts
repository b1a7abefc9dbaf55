import type { Context } from 'hono';
import type { ApiCall } from '../http/api-call.js';
import { consentPage } from '../pages/consent-page.js';
import { errorPage } from '../pages/error-page.js';
import { showPage } from '../pages/layout.js';
import { signInPage } from '../pages/sign-in-page.js';
import type { Provider } from '../provider.js';
import { judge } from './authorization-request.js';
import { redirectBack } from './redirect-back.js';

/** The path of the authorization endpoint. */
export const AUTHORIZE_PATH = '/api/oauth2/authorize';

/** `GET /api/oauth2/authorize`: sign-in page, consent page, or straight back to the application. */
export function authorize(provider: Provider, call: ApiCall, c: Context): Response | Promise<Response> {
  const verdict = judge(call.query, provider.apps);
  if (verdict.kind !== 'valid') provider.journal.blame(verdict.violation);
  if (verdict.kind === 'page') return showPage(provider, c, errorPage(verdict.problem), 400);
  if (verdict.kind === 'redirect') return leave(c, verdict.location, 302);
  const { request } = verdict;
  const browser = provider.browsers.of(c);
  const here = call.url.pathname + call.url.search;
  if (browser.userId === undefined) {
    return showPage(provider, c, signInPage(provider.users.all(), browser.csrf, here, request.app.name));
  }
  if (request.autoAuthorize) {
    return leave(c, redirectBack(provider.codes, request, browser.userId, 'allow'), 302);
  }
  return showPage(provider, c, consentPage(request, provider.users.get(browser.userId), browser.csrf, here));
}

/** Redirects to an application, leaving no trace of the address that held the request. */
export function leave(c: Context, location: string, status: 302 | 303): Response {
  c.header('Cache-Control', 'no-store');
  c.header('Referrer-Policy', 'no-referrer');
  return c.redirect(location, status);
}

import type { Context, Hono } from 'hono';
import { judge } from '../endpoints/authorization-request.js';
import { AUTHORIZE_PATH, leave } from '../endpoints/authorize.js';
import { redirectBack } from '../endpoints/redirect-back.js';
import { type Provider, revokeGrants } from '../provider.js';
import { equalText } from '../state/equal-text.js';
import { type Authorization, authorizationsPage } from './authorizations-page.js';
import type { Browser } from './browsers.js';
import { errorPage } from './error-page.js';
import { homePage } from './home-page.js';
import { type Page, showPage } from './layout.js';
import { localPath } from './local-path.js';
import { signInPage } from './sign-in-page.js';
import { TOPUP_AMOUNTS, topupPage } from './topup-page.js';

type Answer = Response | Promise<Response>;
type Form = URLSearchParams;

/** Adds the pages for people, and the forms on them. */
export function addPages(app: Hono, provider: Provider): void {
  app.get('/', (c) => home(provider, c));
  app.get('/sign-in', (c) => signInForm(provider, c, '/'));
  app.post('/sign-in', (c) => withForm(provider, c, (form) => signIn(provider, c, form)));
  app.post('/sign-out', (c) => withForm(provider, c, () => signOut(provider, c)));
  app.post('/consent', (c) => withForm(provider, c, (form) => consent(provider, c, form)));
  addUserPage(app, provider, '/topup', showTopup, addMoney);
  addUserPage(app, provider, '/authorizations', showAuthorizations, revoke);
  app.notFound((c) => showPage(provider, c, errorPage('There is no such page.'), 404));
}

/** A page that needs a signed-in user, and the form on it. */
function addUserPage(
  app: Hono,
  provider: Provider,
  path: string,
  show: (provider: Provider, c: Context, userId: string, csrf: string) => Page,
  submit: (provider: Provider, c: Context, userId: string, form: Form) => Answer,
): void {
  app.get(path, (c) => {
    const { userId, csrf } = provider.browsers.of(c);
    if (userId === undefined) return signInForm(provider, c, path);
    return showPage(provider, c, show(provider, c, userId, csrf));
  });
  app.post(path, (c) =>
    withForm(provider, c, (form, { userId }) =>
      userId === undefined ? c.redirect(path, 303) : submit(provider, c, userId, form),
    ),
  );
}

async function withForm(
  provider: Provider,
  c: Context,
  submit: (form: Form, browser: Browser) => Answer,
): Promise<Response> {
  const form = new URLSearchParams(await c.req.text());
  if (provider.browsers.owns(c, form.get('csrf') ?? undefined)) return submit(form, provider.browsers.of(c));
  return showPage(
    provider,
    c,
    errorPage('This form is not from this browser. Go back and reload the page.'),
    403,
  );
}

function home(provider: Provider, c: Context): Answer {
  const { userId, csrf } = provider.browsers.of(c);
  return showPage(provider, c, homePage(userId === undefined ? undefined : provider.users.get(userId), csrf));
}

function signInForm(provider: Provider, c: Context, next: string, problem?: string): Answer {
  const { csrf } = provider.browsers.of(c);
  const page = signInPage(provider.users.all(), csrf, next, undefined, problem);
  return showPage(provider, c, page, problem === undefined ? 200 : 403);
}

function signIn(provider: Provider, c: Context, form: Form): Answer {
  const id = form.get('user') ?? '';
  const next = localPath(form.get('next'));
  if (!provider.users.has(id)) return showPage(provider, c, errorPage('There is no such user.'), 400);
  const { password } = provider.users.get(id);
  if (password !== undefined && !equalText(password, form.get('password') ?? '')) {
    return signInForm(provider, c, next, 'The password is wrong.');
  }
  provider.browsers.signIn(c, id);
  return c.redirect(next, 303);
}

function signOut(provider: Provider, c: Context): Answer {
  provider.browsers.signOut(c);
  return c.redirect('/', 303);
}

/** The request is judged again: what a form brings back is no more trusted than the URL it came from. */
function consent(provider: Provider, c: Context, form: Form): Answer {
  const { userId } = provider.browsers.of(c);
  const here = localPath(form.get('request'));
  const { pathname, searchParams } = new URL(here, 'http://localhost');
  const verdict = judge(searchParams, provider.apps);
  const decision = form.get('decision');
  if (
    pathname !== AUTHORIZE_PATH ||
    verdict.kind !== 'valid' ||
    (decision !== 'allow' && decision !== 'deny')
  ) {
    return showPage(provider, c, errorPage('This consent form is not in order.'), 400);
  }
  if (userId === undefined) return c.redirect(here, 303);
  return leave(c, redirectBack(provider.codes, verdict.request, userId, decision), 303);
}

function showTopup({ users }: Provider, c: Context, userId: string, csrf: string): Page {
  const added = TOPUP_AMOUNTS.find((amount) => amount === c.req.query('added'));
  const user = users.get(userId);
  const shown = user.unlimited === true ? 'Unlimited' : `$${user.balance}`;
  return topupPage(user, shown, csrf, added);
}

function addMoney(provider: Provider, c: Context, userId: string, form: Form): Answer {
  const amount = TOPUP_AMOUNTS.find((offered) => offered === form.get('amount'));
  if (amount === undefined) return showPage(provider, c, errorPage('This amount is not on offer.'), 400);
  provider.users.credit(userId, amount);
  return c.redirect(`/topup?added=${amount}`, 303);
}

function showAuthorizations(provider: Provider, _c: Context, userId: string, csrf: string): Page {
  return authorizationsPage(provider.users.get(userId), authorizationsOf(provider, userId), csrf);
}

/** One entry an application, however many logins it has. */
function authorizationsOf({ apps, tokens }: Provider, userId: string): Authorization[] {
  const grants = tokens.grantsOf(userId);
  return [...new Set(grants.map((grant) => grant.clientId))].map((clientId) => ({
    clientId,
    name: apps.get(clientId)?.name ?? clientId,
    scope: [
      ...new Set(grants.filter((grant) => grant.clientId === clientId).flatMap((grant) => grant.scope)),
    ],
  }));
}

function revoke(provider: Provider, c: Context, userId: string, form: Form): Answer {
  const clientId = form.get('client');
  if (clientId === null) return showPage(provider, c, errorPage('No application was named.'), 400);
  revokeGrants(provider, userId, clientId);
  return c.redirect('/authorizations', 303);
}

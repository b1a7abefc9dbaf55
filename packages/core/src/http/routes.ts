import { AihubmixError } from '../errors.js';
import type { RouteName } from '../options.js';
import { safeReturnTo } from '../return-to.js';
import { pathOf, queryOf } from '../urls.js';
import { isBrowserNavigation, isJsonClient, preference } from './accept.js';
import { type CallbackResult, finishLogin } from './callback.js';
import type { HttpContext } from './context.js';
import { currentSession, demandSession, takeBack } from './current-session.js';
import { demandSameSite, isPrefetch, refuseCrossSite } from './fetch-metadata.js';
import { beginLogin } from './login.js';
import type { AuthRequest, AuthResponse, HeaderList, Outcome } from './messages.js';
import { popupPage } from './popup.js';
import { ALWAYS, asAihubmixError, empty, errorAnswer, json, redirect, withError } from './respond.js';

/** The methods that each route answers; any other gets 405. */
export const ROUTE_METHODS: Readonly<Record<RouteName, readonly string[]>> = {
  login: ['GET'],
  callback: ['GET'],
  session: ['GET', 'HEAD'],
  userinfo: ['GET'],
  balance: ['GET'],
  topup: ['GET'],
  logout: ['POST'],
};

type Handler = (context: HttpContext, request: AuthRequest) => Promise<AuthResponse>;

interface Route {
  /** What a browser may do ahead of its user's click; a login is not among it. */
  readonly prefetch: boolean;
  readonly handle: Handler;
}

/** The contract's routes. */
const ROUTES: Readonly<Record<RouteName, Route>> = {
  login: { prefetch: false, handle: (context, request) => beginLogin(context, request) },
  callback: { prefetch: false, handle: callback },
  session: { prefetch: true, handle: session },
  userinfo: { prefetch: true, handle: userInfo },
  balance: { prefetch: true, handle: balance },
  topup: { prefetch: true, handle: topUp },
  logout: { prefetch: true, handle: logout },
};

export interface Router {
  /** Whether a request is below `basePath`. Cheap: it is asked on every request of the application. */
  concerns(url: string): boolean;
  /** Answers a request that `concerns` us, or leaves it to the application. Never throws. */
  handle(request: AuthRequest): Promise<Outcome>;
  /** The route at this path, compared as it is: no decoding, no trailing slash, no other case. */
  routeOf(url: string): RouteName | undefined;
}

export function createRouter(context: HttpContext): Router {
  const { basePath, paths } = context.config;
  const byPath = new Map(Object.entries(paths).map(([name, path]) => [path, name as RouteName]));
  const below = `${basePath}/`;
  const routeOf = (url: string) => byPath.get(pathOf(url));

  return {
    routeOf,
    concerns: (url) => (basePath !== '' && url.startsWith(below)) || routeOf(url) !== undefined,
    async handle(request) {
      const name = routeOf(request.url);
      if (name === undefined) return { handled: false, headers: ALWAYS };
      return { handled: true, response: await answer(context, request, name) };
    },
  };
}

async function answer(context: HttpContext, request: AuthRequest, name: RouteName): Promise<AuthResponse> {
  const route = ROUTES[name];
  const methods = ROUTE_METHODS[name];
  try {
    if (!methods.includes(request.method)) return methodNotAllowed(request, methods);
    if (!route.prefetch && isPrefetch(request)) return empty(503);
    const response = await route.handle(context, request);
    return request.method === 'HEAD' ? { ...response, body: '' } : response;
  } catch (thrown) {
    const error = asAihubmixError(thrown);
    if (error.code === 'server_error' || error.code === 'store_unavailable')
      context.events.emit('fault', { error });
    return errorAnswer(error);
  }
}

function methodNotAllowed(request: AuthRequest, methods: readonly string[]): AuthResponse {
  const allow = methods.join(', ');
  const response = errorAnswer(new AihubmixError('method_not_allowed', `This route answers ${allow} only.`), [
    ['allow', allow],
  ]);
  return request.method === 'HEAD' ? { ...response, body: '' } : response;
}

async function callback(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  const result = await finishLogin(context, request);
  return presentCallback(context, request, result);
}

/** The answer to a callback: a redirect, the popup's page, or an error in the form that the client reads. */
export async function presentCallback(
  context: HttpContext,
  request: AuthRequest,
  result: CallbackResult,
): Promise<AuthResponse> {
  const { config } = context;
  const origin = result.login?.popupOrigin;
  if (result.ok) {
    const next = result.login.returnTo;
    return origin === undefined
      ? redirect(303, next, result.headers)
      : popupPage({ origin, next }, result.headers);
  }
  const { error, headers } = result;
  if (error.code === 'server_error' || error.code === 'store_unavailable')
    context.events.emit('fault', { error });
  if (isJsonClient(request)) return errorAnswer(error, headers);
  if (
    error.code === 'invalid_state' &&
    isBrowserNavigation(request) &&
    (await hasSession(context, request))
  ) {
    return redirect(303, config.returnTo.fallback);
  }
  const next = withError(config.errorPath, error.code);
  return origin === undefined
    ? redirect(303, next, headers)
    : popupPage({ origin, error: error.code, next }, headers);
}

async function hasSession(context: HttpContext, request: AuthRequest): Promise<boolean> {
  try {
    return (await currentSession(context, request)) !== undefined;
  } catch {
    return false;
  }
}

async function session(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  refuseCrossSite(request, context.config.returnTo, false);
  const session = await currentSession(context, request);
  if (session === undefined) return json(200, { authenticated: false });
  const { user, idleEndsAt } = session.record;
  return json(200, { authenticated: true, user, expiresAt: new Date(idleEndsAt).toISOString() });
}

async function userInfo(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  refuseCrossSite(request, context.config.returnTo, false);
  const account = context.accountOf(await demandSession(context, request));
  return json(200, await account.userInfo());
}

async function balance(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  refuseCrossSite(request, context.config.returnTo, false);
  const account = context.accountOf(await demandSession(context, request));
  return json(200, await account.balance());
}

async function topUp(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  refuseCrossSite(request, context.config.returnTo, true);
  const account = context.accountOf(await demandSession(context, request));
  const url = await account.topUpUrl();
  return isJsonClient(request) ? json(200, { url }) : redirect(303, url);
}

async function logout(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  const { config, events, loginCookies, sessions } = context;
  demandSameSite(request, config.returnTo);
  const form = isForm(request) ? await request.form?.() : undefined;
  const session = await currentSession(context, request);
  if (session !== undefined && (await sessions.end(session, 'logout'))) {
    events.emit('logout', { userId: session.record.user.id });
  }
  const headers: HeaderList = [
    ...(await takeBack(context, request)),
    ...loginCookies.clearAll(request.header('cookie')),
  ];
  if (!isForm(request) || preference(request) !== 'html') return empty(204, headers);
  return redirect(303, afterLogout(context, request, form), headers);
}

function isForm(request: AuthRequest): boolean {
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.header('content-type') ?? '');
}

/** `returnTo` of the form, else of the query. */
function afterLogout(
  { config }: HttpContext,
  request: AuthRequest,
  form: URLSearchParams | undefined,
): string {
  const source = form?.has('returnTo') ? form : queryOf(request.url);
  const values = source.getAll('returnTo');
  return (
    (values.length === 1 ? safeReturnTo(values[0], config.returnTo) : undefined) ?? config.returnTo.fallback
  );
}

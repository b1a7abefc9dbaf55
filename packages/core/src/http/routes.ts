import { AihubmixError } from '../errors.js';
import { ROUTE_NAMES, type RouteName } from '../options.js';
import { pathOf } from '../urls.js';
import { balance, session, topUp, userInfo } from './account-routes.js';
import { browserScriptRoute } from './browser-script.js';
import { type CallbackChoices, finishLogin } from './callback.js';
import type { HttpContext } from './context.js';
import { isPrefetch } from './fetch-metadata.js';
import { beginLogin, type LoginChoices } from './login.js';
import { logout } from './logout.js';
import type { AuthRequest, AuthResponse, Outcome } from './messages.js';
import { presentCallback } from './present-callback.js';
import { ALWAYS, asAihubmixError, empty, errorAnswer, isFault } from './respond.js';

/** What an adapter may add to the two steps of a login. */
export interface RouteChoices {
  readonly login?: LoginChoices;
  readonly callback?: CallbackChoices;
}

interface Route {
  /** Any other method gets 405. */
  readonly methods: readonly string[];
  /** Whether a browser may ask for it ahead of its user's click. A step of a login is for the user to take. */
  readonly prefetch: boolean;
  handle(
    context: HttpContext,
    request: AuthRequest,
    choices: RouteChoices,
  ): AuthResponse | Promise<AuthResponse>;
}

/** The contract's routes. */
const ROUTES: Readonly<Record<RouteName, Route>> = {
  login: {
    methods: ['GET'],
    prefetch: false,
    handle: (context, request, choices) => beginLogin(context, request, choices.login),
  },
  callback: {
    methods: ['GET'],
    prefetch: false,
    handle: async (context, request, choices) =>
      presentCallback(context, request, await finishLogin(context, request, choices.callback)),
  },
  session: { methods: ['GET', 'HEAD'], prefetch: true, handle: session },
  userinfo: { methods: ['GET'], prefetch: true, handle: userInfo },
  balance: { methods: ['GET'], prefetch: true, handle: balance },
  topup: { methods: ['GET'], prefetch: true, handle: topUp },
  logout: { methods: ['POST'], prefetch: true, handle: logout },
  browser: { methods: ['GET'], prefetch: true, handle: browserScriptRoute },
};

/** The methods that each route answers; any other gets 405. For adapters that register routes with their framework. */
export const ROUTE_METHODS = Object.fromEntries(
  ROUTE_NAMES.map((name) => [name, ROUTES[name].methods]),
) as Readonly<Record<RouteName, readonly string[]>>;

export interface Router {
  /** Whether a request is below `basePath`. Cheap: it is asked on every request of the application. */
  concerns(url: string): boolean;
  /** Answers a request that `concerns` us, or leaves it to the application. Never throws. */
  handle(request: AuthRequest, choices?: RouteChoices): Promise<Outcome>;
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
    async handle(request, choices = {}) {
      const name = routeOf(request.url);
      if (name === undefined) return { handled: false, headers: ALWAYS };
      const response = await answer(context, request, ROUTES[name], choices);
      return { handled: true, response: request.method === 'HEAD' ? { ...response, body: '' } : response };
    },
  };
}

async function answer(
  context: HttpContext,
  request: AuthRequest,
  { methods, prefetch, handle }: Route,
  choices: RouteChoices,
): Promise<AuthResponse> {
  try {
    if (!methods.includes(request.method)) return methodNotAllowed(methods);
    if (!prefetch && isPrefetch(request)) return empty(503);
    return await handle(context, request, choices);
  } catch (thrown) {
    return faultAnswer(context, thrown);
  }
}

/** The one place where what a route throws becomes an answer. */
function faultAnswer({ events }: HttpContext, thrown: unknown): AuthResponse {
  const error = asAihubmixError(thrown);
  if (isFault(error)) events.emit('fault', { error });
  return errorAnswer(error);
}

function methodNotAllowed(methods: readonly string[]): AuthResponse {
  const allow = methods.join(', ');
  const error = new AihubmixError('method_not_allowed', `This route answers ${allow} only.`);
  return errorAnswer(error, [['allow', allow]]);
}

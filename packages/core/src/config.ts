import type { Clock, MaybePromise } from './async.js';
import { ConfigurationError } from './errors.js';
import { type AihubmixOptions, ROUTE_NAMES, type RouteName } from './options.js';
import { findMistakes, type Mistake } from './options-check.js';
import type { User } from './provider/profile.js';
import { type ReturnToRules, safeReturnTo } from './return-to.js';
import { Secret } from './secret.js';
import type { SessionStore } from './session/store.js';

/** The options after checking, with every default filled in. */
export interface Config {
  readonly name: string;
  readonly clientId: string;
  readonly clientSecret: Secret;
  readonly redirectUri: string;
  readonly sessionSecrets: readonly [Secret, ...Secret[]];
  readonly scope: string;
  readonly autoAuthorize: boolean;
  readonly pkce: boolean;
  readonly hosts: readonly [string, ...string[]];
  readonly issuer: string | undefined;
  readonly topUpHosts: readonly string[] | undefined;
  /** The application's own origin, read off `redirectUri`. */
  readonly origin: string;
  /** Whether the application is reached over HTTPS. */
  readonly secure: boolean;
  /** Without a slash at its end; empty for the root. */
  readonly basePath: string;
  /** Whole paths of the routes that are turned on. */
  readonly paths: Readonly<Partial<Record<RouteName, string>>>;
  readonly returnTo: ReturnToRules & { readonly fallback: string };
  readonly errorPath: string;
  /** In seconds. */
  readonly sessionMaxAge: number;
  /** In seconds. */
  readonly sessionIdleTimeout: number;
  /** In milliseconds. */
  readonly timeout: number;
  /** In milliseconds. */
  readonly storeTimeout: number;
  readonly store: SessionStore | undefined;
  readonly fetch: typeof globalThis.fetch | undefined;
  readonly allowLogin: ((user: User) => MaybePromise<boolean>) | undefined;
  readonly now: Clock;
}

const DAY = 86_400;

/** Below `basePath`. */
const DEFAULT_PATHS: Readonly<Record<RouteName, string>> = {
  login: '/login',
  callback: '/callback',
  session: '/session',
  userinfo: '/userinfo',
  balance: '/balance',
  topup: '/topup',
  logout: '/logout',
  browser: '/browser.js',
};

/**
 * Checks the options and fills in the defaults.
 *
 * @throws ConfigurationError with one sentence per mistake, all of them at once.
 */
export function resolveOptions(options: AihubmixOptions): Config {
  const mistakes = findMistakes(options);
  if (mistakes.length > 0) throw new ConfigurationError(sentences(mistakes));

  const redirect = new URL(options.redirectUri);
  const basePath = (options.basePath ?? '/auth').replace(/\/$/, '');
  const paths = routePaths(basePath, redirect.pathname, options.routes);
  const rules = returnToRules(redirect.origin, options.trustedOrigins, paths);
  const fallback = safeReturnTo(options.defaultReturnTo ?? '/', rules);
  const errorPath = safeReturnTo(options.errorPath ?? '/', rules);
  if (fallback === undefined || errorPath === undefined) {
    const name = fallback === undefined ? 'defaultReturnTo' : 'errorPath';
    throw new ConfigurationError([
      `${name} must be a path of this site such as "/", or a URL on one of trustedOrigins, and none of the login's own routes.`,
    ]);
  }
  const [firstSecret, ...olderSecrets] = [options.sessionSecret].flat();
  const [firstHost, ...otherHosts] = [options.baseUrl ?? 'https://api.aihubmix.com'].flat();
  const sessionMaxAge = options.sessionMaxAge ?? 30 * DAY;
  return {
    name: options.name ?? 'aihubmix',
    clientId: options.clientId,
    clientSecret: new Secret(options.clientSecret),
    redirectUri: options.redirectUri,
    sessionSecrets: [new Secret(firstSecret ?? ''), ...olderSecrets.map((secret) => new Secret(secret))],
    scope: options.scope ?? 'profile balance',
    autoAuthorize: options.autoAuthorize ?? true,
    pkce: options.pkce ?? true,
    hosts: [new URL(firstHost ?? '').origin, ...otherHosts.map((host) => new URL(host).origin)],
    issuer: options.issuer,
    topUpHosts: options.topUpHosts,
    origin: redirect.origin,
    secure: redirect.protocol === 'https:',
    basePath,
    paths,
    returnTo: { ...rules, fallback },
    errorPath,
    sessionMaxAge,
    sessionIdleTimeout: Math.min(options.sessionIdleTimeout ?? sessionMaxAge, sessionMaxAge),
    timeout: options.timeout ?? 10_000,
    storeTimeout: options.storeTimeout ?? 2_000,
    store: options.store,
    fetch: options.fetch,
    allowLogin: options.allowLogin,
    now: options.now ?? Date.now,
  };
}

/** A mistake as its sentence, with the option called by its own name or, from the environment, by its variable. */
export function sentences(mistakes: readonly Mistake[], nameOf = (option: string) => option): string[] {
  return mistakes.map(({ option, problem }) => `${nameOf(option)} ${problem}`);
}

function routePaths(
  basePath: string,
  callbackPath: string,
  routes: AihubmixOptions['routes'] = {},
): Partial<Record<RouteName, string>> {
  const paths: Partial<Record<RouteName, string>> = {};
  for (const name of ROUTE_NAMES) {
    const given = routes[name];
    if (given === false) continue;
    // The provider sends the browser to the redirect URI and nowhere else, so that is where the callback is.
    paths[name] =
      given === undefined && name === 'callback' ? callbackPath : basePath + (given ?? DEFAULT_PATHS[name]);
  }
  return paths;
}

function returnToRules(
  origin: string,
  trustedOrigins: readonly string[] = [],
  paths: Partial<Record<RouteName, string>>,
): ReturnToRules {
  const forbidden = [paths.login, paths.callback, paths.logout].filter((path) => path !== undefined);
  return {
    origin,
    trustedOrigins: new Set(trustedOrigins.map((trusted) => new URL(trusted).origin)),
    forbiddenPaths: new Set(forbidden),
  };
}

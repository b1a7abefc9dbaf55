import type { MaybePromise } from './async.js';
import type { User } from './provider/profile.js';
import type { SessionStore } from './session/store.js';

/** The routes under `basePath`, by name. */
export const ROUTE_NAMES = [
  'login',
  'callback',
  'session',
  'userinfo',
  'balance',
  'topup',
  'logout',
  'browser',
] as const;
export type RouteName = (typeof ROUTE_NAMES)[number];

/** What an application says once, at start. Only the first four are needed. */
export interface AihubmixOptions {
  /** The client id of the application, as registered with AIHubMix. */
  readonly clientId: string;
  /** Its secret. Belongs into the environment of the server, never into a repository or a browser. */
  readonly clientSecret: string;
  /**
   * Where AIHubMix sends the browser back to: absolute and exactly as registered, such as
   * `https://app.example.com/auth/callback`. HTTPS, except on localhost. The application's own origin, whether cookies
   * are `Secure`, and the path of the callback are read off it; request headers never decide any of them.
   */
  readonly redirectUri: string;
  /**
   * At least 32 random characters, the same in every process. Seals cookies and stored tokens. A list rotates: the
   * first one seals, all of them open; removing one logs its sessions out.
   */
  readonly sessionSecret: string | readonly string[];
  /** Scopes to ask for, separated by spaces. Default `profile balance`. */
  readonly scope?: string;
  /** One-click login: no consent page once the user is signed in at AIHubMix. Default `true`. */
  readonly autoAuthorize?: boolean;
  /** Sends a PKCE challenge (RFC 7636, S256). Default `true`. */
  readonly pkce?: boolean;
  /** One host of AIHubMix or several, the preferred first; another is used only when no connection can be made. Default `https://api.aihubmix.com`. */
  readonly baseUrl?: string | readonly string[];
  /** Default `/auth`. */
  readonly basePath?: string;
  /** Renames a route (`{ login: '/sign-in' }`, below `basePath`) or turns it off (`{ topup: false }`). */
  readonly routes?: Readonly<Partial<Record<RouteName, string | false>>>;
  /** Where a user ends after login when nothing else was asked for. Default `/`. */
  readonly defaultReturnTo?: string;
  /** Where a failed login ends, with `?error=<code>`. Default `/`. */
  readonly errorPath?: string;
  /** Further origins of the same owner that may be returned to, call the JSON routes and open the popup. Default none. */
  readonly trustedOrigins?: readonly string[];
  /** How long a session lives at most, in seconds. Default 30 days. */
  readonly sessionMaxAge?: number;
  /** How long a session lives without being used, in seconds. Default: as long as `sessionMaxAge`. */
  readonly sessionIdleTimeout?: number;
  /** How long a whole exchange with AIHubMix may take, in milliseconds. Default 10,000. */
  readonly timeout?: number;
  /** How long the session store may take to answer, in milliseconds. Default 2,000. */
  readonly storeTimeout?: number;
  /** Where sessions are kept. Default: in this process. */
  readonly store?: SessionStore;
  /** Replaces the HTTP client: a corporate proxy, a test, another runtime. */
  readonly fetch?: typeof globalThis.fetch;
  /** Asked at every login with the user that AIHubMix vouches for; `false` refuses with `access_denied`. */
  readonly allowLogin?: (user: User) => MaybePromise<boolean>;
  /** The issuer to demand in `iss` at the callback (RFC 9207). Default: none, since AIHubMix sends none. */
  readonly issuer?: string;
  /** Hosts that a top-up page may be on, such as `aihubmix.com`. Default: any, over HTTPS. */
  readonly topUpHosts?: readonly string[];
  /** Tells two instances in one application apart: part of the cookie names. Default `aihubmix`. */
  readonly name?: string;
  /** The clock, in milliseconds since the epoch; for tests. */
  readonly now?: () => number;
}

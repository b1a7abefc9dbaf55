import { type MaybePromise, pause } from './async.js';
import { resolveOptions } from './config.js';
import { type AihubmixEventName, type AihubmixListener, createEvents } from './events.js';
import { type CallbackChoices, type CallbackResult, finishLogin } from './http/callback.js';
import type { HttpContext } from './http/context.js';
import { currentSession } from './http/current-session.js';
import { type Admission, guard } from './http/guard.js';
import { beginLogin, type LoginChoices } from './http/login.js';
import { createLoginCookies } from './http/login-cookie.js';
import type { AuthRequest, AuthResponse, Outcome } from './http/messages.js';
import { presentCallback } from './http/present-callback.js';
import { asAihubmixError } from './http/respond.js';
import { createRouter, type RouteChoices } from './http/routes.js';
import type { AihubmixOptions, RouteName } from './options.js';
import { createProviderClient } from './provider/client.js';
import { fetchExchange, undiciExchange } from './provider/exchange.js';
import type { User } from './provider/profile.js';
import type { Tokens } from './provider/tokens.js';
import { createTransport } from './provider/transport.js';
import { type Account, createAccounts } from './session/account.js';
import { createCookieWriter } from './session/cookies.js';
import { guardedStore } from './session/guarded-store.js';
import { memoryStore } from './session/memory-store.js';
import { createRefresher } from './session/refresher.js';
import { createSealer } from './session/sealing.js';
import { createSessions } from './session/sessions.js';
import { createTokenKeeper } from './session/token-keeper.js';
import { createTokenVault } from './session/token-vault.js';

/** One configured login. Adapters translate their framework's requests for it; applications use it for the rest. */
export interface Aihubmix {
  /** The name that tells instances apart. */
  readonly name: string;
  /** The whole paths of the routes that are turned on. */
  readonly paths: Readonly<Partial<Record<RouteName, string>>>;
  /** Whether a request target is below `basePath`, and so to be given to `handle`. */
  concerns(url: string): boolean;
  /** Which of our routes a request target is. */
  routeOf(url: string): RouteName | undefined;
  /** Answers a request below `basePath`, or leaves it to the application. Never throws. */
  handle(request: AuthRequest, choices?: RouteChoices): Promise<Outcome>;
  /** The guard in front of an application's own route. Never throws. */
  guard(request: AuthRequest): MaybePromise<Admission>;
  /**
   * The account of a request, or `null` when nobody is logged in.
   *
   * @throws AihubmixError `store_unavailable`
   */
  account(request: AuthRequest): Promise<Account | null>;
  /** The steps of a login, for adapters whose framework has its own idea of it, such as Passport. */
  readonly login: {
    /** The redirect to the provider, with the cookie that the callback needs. */
    begin(request: AuthRequest, choices?: LoginChoices): Promise<AuthResponse>;
    /** Everything that happens on callback, up to the session. */
    finish(request: AuthRequest, choices?: CallbackChoices): Promise<CallbackResult>;
    /** The contract's answer to a callback that ended so. */
    present(request: AuthRequest, result: CallbackResult): Promise<AuthResponse>;
  };
  /** Begins a session without the provider; for tests and migrations. Answers the cookie as `name=value`. */
  beginSession(user: User, tokens: Tokens, scope: string): Promise<string>;
  /** Ends all sessions of a user at once, as after disabling the account. Answers how many there were. */
  endSessionsOf(userId: string): Promise<number>;
  /** Calls `listener` on every such event. Answers a function that ends it. */
  on<Name extends AihubmixEventName>(name: Name, listener: AihubmixListener<Name>): () => void;
  /**
   * Waits for refreshes that are under way and closes the connections to the provider. Call it when the server has stopped,
   * and before the store is closed: new tokens that nobody stored would cost their users the login.
   */
  close(): Promise<void>;
}

/**
 * Puts the parts together.
 *
 * @throws ConfigurationError with one sentence per mistake in the options.
 */
export function createAihubmix(options: AihubmixOptions): Aihubmix {
  const config = resolveOptions(options);
  const { clientId, now, timeout } = config;
  const pool = config.fetch === undefined ? undiciExchange() : undefined;
  const exchange = pool?.exchange ?? fetchExchange(config.fetch ?? globalThis.fetch);
  const provider = createProviderClient(config, createTransport(config.hosts, exchange, now));

  const events = createEvents();
  const store = guardedStore(config.store ?? memoryStore({ now }), config.storeTimeout);
  const [newest, ...older] = config.sessionSecrets;
  const sealer = createSealer([newest.reveal(), ...older.map((secret) => secret.reveal())]);
  const vault = createTokenVault(clientId, sealer, now);
  const sessions = createSessions(config, store, vault, events, now);
  const monotonic = () => performance.now();
  const { storeTimeout } = config;
  const refresher = createRefresher({
    provider,
    sessions,
    store,
    vault,
    events,
    monotonic,
    timeout,
    storeTimeout,
    pause,
  });
  const keeper = createTokenKeeper(refresher, vault, now);
  const fetch = config.fetch ?? globalThis.fetch;
  const accountOf = createAccounts({ provider, keeper, sessions, store, fetch, timeout });

  const cookies = createCookieWriter(config.secure);
  const sessionCookie = cookies.name(config.name);
  const loginCookies = createLoginCookies(config, sealer, cookies, now);
  const context: HttpContext = {
    config,
    events,
    provider,
    sessions,
    store,
    cookies,
    loginCookies,
    sessionCookie,
    accountOf,
  };
  const router = createRouter(context);

  return {
    name: config.name,
    paths: config.paths,
    concerns: router.concerns,
    routeOf: router.routeOf,
    handle: router.handle,
    guard: (request) => guard(context, request),
    async account(request) {
      try {
        const session = await currentSession(context, request);
        return session === undefined ? null : accountOf(session);
      } catch (thrown) {
        const error = asAihubmixError(thrown);
        events.emit('fault', { error });
        throw error;
      }
    },
    login: {
      begin: (request, choices) => beginLogin(context, request, choices),
      finish: (request, choices) => finishLogin(context, request, choices),
      present: (request, result) => presentCallback(context, request, result),
    },
    async beginSession(user, tokens, scope) {
      const { id } = await sessions.begin(user, tokens, scope);
      return `${sessionCookie}=${id}`;
    },
    endSessionsOf: (userId) => sessions.endAllOf(userId),
    on: events.on,
    async close() {
      await refresher.idle();
      await pool?.close();
    },
  };
}

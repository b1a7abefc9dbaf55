import { AihubmixError } from '../errors.js';
import { type ProviderClient, TokenRejected } from '../provider/client.js';
import { type Balance, hasScope, type User, type UserInfo } from '../provider/profile.js';
import type { LiveSession, Sessions } from './sessions.js';
import type { SessionStore } from './store.js';
import type { TokenKeeper } from './token-keeper.js';

/** The logged-in user of one request, and what can be done in their name. Every call carries a token that works. */
export interface Account {
  /** As AIHubMix described them last. */
  readonly user: User;
  /** The granted scopes. */
  readonly scopes: readonly string[];
  /** When the session ends. */
  readonly expiresAt: Date;
  /**
   * The balance, fresh from AIHubMix. Calls at the same time share one answer.
   *
   * @throws AihubmixError `insufficient_scope` when the grant has no `balance`; `session_expired`, `unauthenticated`,
   * `provider_error`, `provider_unavailable`, `store_unavailable` as every call here.
   */
  balance(): Promise<Balance>;
  /** The user and the balance, fresh from AIHubMix. Calls at the same time share one answer. */
  userInfo(): Promise<UserInfo>;
  /** The provider's page where this user tops up: send the browser there. */
  topUpUrl(): Promise<string>;
  /**
   * Calls another path of the provider's API, such as `/api/…`, as `fetch` would. After a 401 the token is refreshed and
   * the call repeated, once. Follows no redirect. A body must be a string or bytes, so that it can be sent twice.
   *
   * @throws AihubmixError `invalid_request` for a URL that is not on the provider's host: the token never leaves for another.
   */
  fetch(path: string, init?: AccountFetchInit): Promise<Response>;
}

export interface AccountFetchInit {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array<ArrayBuffer>;
  readonly signal?: AbortSignal;
}

export interface AccountParts {
  readonly provider: ProviderClient;
  readonly keeper: TokenKeeper;
  readonly sessions: Sessions;
  readonly store: SessionStore;
  readonly fetch: typeof globalThis.fetch;
  /** In milliseconds. */
  readonly timeout: number;
}

/** Makes accounts out of sessions. */
export function createAccounts(parts: AccountParts): (session: LiveSession) => Account {
  const { provider, keeper, sessions, store, timeout } = parts;
  const userInfoCalls = new Map<string, Promise<UserInfo>>();

  async function userInfo(session: LiveSession): Promise<UserInfo> {
    const signal = AbortSignal.timeout(timeout);
    const { raw: _, ...info } = await keeper.use(session, signal, (token) =>
      provider.userInfo(token, session.record.scope, signal),
    );
    if (info.user.id !== session.record.user.id) {
      await sessions.end(session, 'other_user');
      throw new AihubmixError(
        'session_expired',
        'AIHubMix answered the token of this session with another user. The session is over; log in again.',
      );
    }
    await remember(session, info.user);
    return info;
  }

  /** Keeps a changed name or e-mail address, where that works: the answer is right in any case, and the next call tries again. */
  async function remember(session: LiveSession, user: User): Promise<void> {
    const { key, record } = session;
    if (JSON.stringify(user) === JSON.stringify(record.user)) return;
    const next = { ...record, user, version: record.version + 1 };
    try {
      if (await store.replace(key, record.version, next)) session.record = next;
    } catch (error) {
      if (!(error instanceof AihubmixError)) throw error;
    }
  }

  function sharedUserInfo(session: LiveSession): Promise<UserInfo> {
    const running = userInfoCalls.get(session.key);
    if (running !== undefined) return running;
    const call = userInfo(session).finally(() => userInfoCalls.delete(session.key));
    userInfoCalls.set(session.key, call);
    return call;
  }

  async function providerFetch(
    session: LiveSession,
    path: string,
    init: AccountFetchInit,
  ): Promise<Response> {
    const url = onProvider(path, provider.host());
    let refused: Response | undefined;
    const signal = AbortSignal.timeout(timeout);
    try {
      return await keeper.use(session, signal, async (token) => {
        await refused?.body?.cancel();
        const headers = new Headers(init.headers);
        headers.set('authorization', `Bearer ${token.reveal()}`);
        const response = await untilAnswer(timeout, init.signal, (signal) =>
          parts.fetch(url, { ...init, headers, signal, redirect: 'manual' }),
        );
        if (response.status !== 401) return response;
        refused = response;
        throw new TokenRejected();
      });
    } finally {
      await refused?.body?.cancel().catch(() => undefined);
    }
  }

  async function topUpUrl(session: LiveSession): Promise<string> {
    const signal = AbortSignal.timeout(timeout);
    return keeper.use(session, signal, (token) => provider.topUpUrl(token, signal));
  }

  const calls: ProviderCalls = { userInfo: sharedUserInfo, topUpUrl, fetch: providerFetch };
  return (session) => new SessionAccount(session, calls);
}

interface ProviderCalls {
  userInfo(session: LiveSession): Promise<UserInfo>;
  topUpUrl(session: LiveSession): Promise<string>;
  fetch(session: LiveSession, path: string, init: AccountFetchInit): Promise<Response>;
}

/**
 * A class, since one is made on every request: what it can do is made when it is asked for, and its private fields print
 * nowhere. The functions can be taken off it: `const { balance } = account`.
 */
class SessionAccount implements Account {
  readonly #session: LiveSession;
  readonly #calls: ProviderCalls;

  constructor(session: LiveSession, calls: ProviderCalls) {
    this.#session = session;
    this.#calls = calls;
  }

  get user(): User {
    return this.#session.record.user;
  }

  get scopes(): readonly string[] {
    return this.#session.record.scope.split(' ');
  }

  get expiresAt(): Date {
    return new Date(this.#session.record.idleEndsAt);
  }

  get balance(): () => Promise<Balance> {
    return async () => {
      if (!hasScope(this.#session.record.scope, 'balance')) throw balanceNotGranted();
      const { balance } = await this.#calls.userInfo(this.#session);
      if (balance !== null) return balance;
      throw new AihubmixError(
        'provider_error',
        'AIHubMix answered without a balance, although the grant covers it.',
      );
    };
  }

  get userInfo(): () => Promise<UserInfo> {
    return () => this.#calls.userInfo(this.#session);
  }

  get topUpUrl(): () => Promise<string> {
    return () => this.#calls.topUpUrl(this.#session);
  }

  get fetch(): Account['fetch'] {
    return (path, init = {}) => this.#calls.fetch(this.#session, path, init);
  }
}

function onProvider(path: string, host: string): URL {
  const url = URL.canParse(path, host) ? new URL(path, host) : undefined;
  if (url === undefined || url.origin !== host) {
    throw new AihubmixError(
      'invalid_request',
      'account.fetch() takes a path of the provider\'s API, such as "/api/…".',
    );
  }
  return url;
}

/** The deadline is for the answer's head; its body may stream for as long as the caller likes. */
async function untilAnswer(
  timeout: number,
  callerSignal: AbortSignal | undefined,
  send: (signal: AbortSignal) => Promise<Response>,
): Promise<Response> {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(), timeout);
  const signal = callerSignal ? AbortSignal.any([callerSignal, deadline.signal]) : deadline.signal;
  try {
    return await send(signal);
  } catch (error) {
    callerSignal?.throwIfAborted();
    throw new AihubmixError(
      'provider_unavailable',
      'AIHubMix did not answer in time, or the connection failed. Try again.',
      {
        cause: error,
      },
    );
  } finally {
    clearTimeout(timer);
  }
}

function balanceNotGranted(): AihubmixError {
  return new AihubmixError(
    'insufficient_scope',
    'The user did not grant the scope "balance". Ask for it in the option "scope" and let the user log in again.',
  );
}

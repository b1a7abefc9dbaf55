import type { Clock } from '../async.js';
import { AihubmixError } from '../errors.js';
import type { Events } from '../events.js';
import { GrantRejected, type ProviderClient, TokenRejected } from '../provider/client.js';
import type { Tokens } from '../provider/tokens.js';
import type { Secret } from '../secret.js';
import type { SessionRecord } from './record.js';
import type { LiveSession, Sessions } from './sessions.js';
import type { SessionStore } from './store.js';
import type { OpenTokens, TokenVault } from './token-vault.js';

/** A process that dies while it refreshes holds nobody up for longer than this, in milliseconds. */
const LEASE = 15_000;
/** How long a holder keeps for storing what it got, before its lease is over, in milliseconds. */
const WRITE_RESERVE = 4_000;
/** After a refresh failed that nobody waited for, the next one is tried this much later, in milliseconds. */
const RETRY_AHEAD_AFTER = 10_000;

export interface TokenKeeper {
  /**
   * Calls the provider with an access token that works. A token that is about to expire is refreshed beside the call, one
   * that is over before it; after a 401 it is refreshed once and the call repeated once.
   *
   * @throws AihubmixError `session_expired` when the provider no longer accepts the grant: the session is gone by then.
   * `unauthenticated` when somebody else ended the session meanwhile. `provider_error`, `provider_unavailable` and
   * `store_unavailable` leave the session as it is.
   */
  use<T>(session: LiveSession, signal: AbortSignal, call: (token: Secret) => Promise<T>): Promise<T>;
}

export interface KeeperParts {
  readonly provider: ProviderClient;
  readonly sessions: Sessions;
  readonly store: SessionStore;
  readonly vault: TokenVault;
  readonly events: Events;
  readonly now: Clock;
  /** The deadline of one exchange with the provider, in milliseconds. */
  readonly timeout: number;
  /** Waits for about so many milliseconds; about, so that processes that wait for the same lock do not ask in step. */
  readonly pause: (ms: number) => Promise<void>;
}

/**
 * Keeps the tokens of sessions fresh: per session one refresh at a time, in this process by a shared promise, across
 * processes by the store's lock. The new tokens are stored before anyone uses them, and only over the record that they
 * came from.
 */
export function createTokenKeeper(parts: KeeperParts): TokenKeeper {
  const { provider, sessions, store, vault, events, now, timeout, pause } = parts;
  const refreshes = new Map<string, Promise<SessionRecord>>();
  const aheadNotBefore = new Map<string, number>();

  async function workingToken(session: LiveSession, signal: AbortSignal): Promise<Secret> {
    const { record } = session;
    if (now() >= record.tokenExpiresAt) {
      session.record = await abandonable(refreshed(session, record.tokens), signal);
    } else if (now() >= record.refreshDueAt) {
      refreshAhead(session);
    }
    return openTokens(session.key, session.record).access;
  }

  /** Refreshes while the token still works. Nobody waits, so a failure is told by the event alone. */
  function refreshAhead(session: LiveSession): void {
    const { key, record } = session;
    if (refreshes.has(key) || (aheadNotBefore.get(key) ?? 0) > now()) return;
    refreshed(session, record.tokens).then(
      () => aheadNotBefore.delete(key),
      () => postponeAhead(key),
    );
  }

  function postponeAhead(key: string): void {
    for (const [past, until] of aheadNotBefore) {
      if (until > now()) break;
      aheadNotBefore.delete(past);
    }
    aheadNotBefore.delete(key);
    aheadNotBefore.set(key, now() + RETRY_AHEAD_AFTER);
  }

  /** The record with other tokens than the `stale` ones: those that somebody else has got, or else new ones. */
  async function refreshed(session: LiveSession, stale: string): Promise<SessionRecord> {
    for (;;) {
      const running = refreshes.get(session.key);
      if (running === undefined) break;
      const record = await running;
      // A refresh that began before these tokens were known does not count as a refresh of them.
      if (record.tokens !== stale) return record;
    }
    const refresh = refreshUnderLock(session, stale).finally(() => refreshes.delete(session.key));
    refreshes.set(session.key, refresh);
    return refresh;
  }

  async function refreshUnderLock(session: LiveSession, stale: string): Promise<SessionRecord> {
    const lockKey = `refresh:${session.key}`;
    const giveUpAt = now() + LEASE + timeout;
    for (let wait = 20; ; wait = Math.min(wait * 2, 250)) {
      const takenAt = now();
      const lock = await store.lock(lockKey, LEASE);
      try {
        const record = await currentRecord(session);
        if (record.tokens !== stale) return record;
        if (lock !== undefined) return await refreshNow(session, record, takenAt);
      } finally {
        await releaseQuietly(lock);
      }
      if (now() >= giveUpAt) throw refreshStuck();
      await pause(wait);
    }
  }

  async function refreshNow(
    session: LiveSession,
    record: SessionRecord,
    lockTakenAt: number,
  ): Promise<SessionRecord> {
    const { key } = session;
    const userId = record.user.id;
    const previous = openTokens(key, record).refresh;
    if (previous === undefined) throw await expire({ key, record }, 'no_refresh_token');
    const patience = Math.max(Math.min(timeout, lockTakenAt + LEASE - WRITE_RESERVE - now()), 1);
    let tokens: Tokens;
    try {
      tokens = await provider.refresh(previous, AbortSignal.timeout(patience));
    } catch (error) {
      const newer = await store.get(key);
      if (newer !== undefined && newer.tokens !== record.tokens) return newer;
      if (error instanceof GrantRejected) throw await expire({ key, record }, 'invalid_grant');
      events.emit('refreshFailed', {
        userId,
        code: error instanceof AihubmixError ? error.code : 'server_error',
      });
      throw error;
    }
    const stored = await replaceTokens(key, record, {
      ...vault.fromRefresh(key, tokens, previous),
      ...(tokens.scope === undefined ? {} : { scope: tokens.scope }),
    });
    events.emit('refresh', { userId, duration: now() - lockTakenAt });
    return stored;
  }

  /** Puts new tokens over those that they came from; whatever else of the record was changed meanwhile stays changed. */
  async function replaceTokens(
    key: string,
    record: SessionRecord,
    change: Partial<SessionRecord>,
  ): Promise<SessionRecord> {
    let current = record;
    for (;;) {
      const next = { ...current, ...change, version: current.version + 1 };
      if (await store.replace(key, current.version, next)) return next;
      const newer = await store.get(key);
      if (newer === undefined) throw sessionGone();
      if (newer.tokens !== record.tokens) return newer;
      current = newer;
    }
  }

  async function currentRecord(session: LiveSession): Promise<SessionRecord> {
    const record = await sessions.reread(session);
    if (record === undefined) throw sessionGone();
    return record;
  }

  function openTokens(key: string, record: SessionRecord): OpenTokens {
    const tokens = vault.open(key, record);
    if (tokens === undefined) throw sessionGone();
    return tokens;
  }

  async function expire(
    session: LiveSession,
    reason: 'invalid_grant' | 'no_refresh_token',
  ): Promise<AihubmixError> {
    await sessions.end(session, reason);
    return new AihubmixError(
      'session_expired',
      'AIHubMix no longer accepts the grant of this user: it expired, or the user revoked it. The session is over; log in again.',
    );
  }

  return {
    async use(session, signal, call) {
      const token = await workingToken(session, signal);
      try {
        return await call(token);
      } catch (error) {
        if (!(error instanceof TokenRejected)) throw error;
      }
      session.record = await abandonable(refreshed(session, session.record.tokens), signal);
      try {
        return await call(openTokens(session.key, session.record).access);
      } catch (error) {
        throw error instanceof TokenRejected ? rejectedAgain() : error;
      }
    },
  };
}

/** Waits for work that others may share, but no longer than this caller's own deadline. The work goes on. */
function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(refreshStuck());
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

async function releaseQuietly(lock: Awaited<ReturnType<SessionStore['lock']>>): Promise<void> {
  try {
    await lock?.release();
  } catch {
    // The lease ends by itself.
  }
}

function sessionGone(): AihubmixError {
  return new AihubmixError(
    'unauthenticated',
    'The session ended while this request was under way. Log in again.',
  );
}

function refreshStuck(): AihubmixError {
  return new AihubmixError(
    'provider_unavailable',
    'A new access token did not come within the deadline. The user is still logged in; try again.',
  );
}

function rejectedAgain(): AihubmixError {
  return new AihubmixError(
    'provider_error',
    'AIHubMix does not accept an access token that it has just issued. The user is still logged in; try again.',
  );
}

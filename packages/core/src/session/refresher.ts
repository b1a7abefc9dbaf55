import type { Clock } from '../async.js';
import { AihubmixError } from '../errors.js';
import type { Events } from '../events.js';
import { GrantRejected, type ProviderClient } from '../provider/client.js';
import type { Tokens } from '../provider/tokens.js';
import type { SessionRecord } from './record.js';
import { grantOver, refreshStuck, sessionGone } from './refresh-errors.js';
import type { LiveSession, Sessions } from './sessions.js';
import type { SessionStore } from './store.js';
import type { TokenFields, TokenVault } from './token-vault.js';

/** A process that dies while it refreshes holds nobody up for longer than this, in milliseconds. */
const LEASE = 15_000;
/** With less than this left of a lease, in milliseconds, no refresh is begun: it would spend the token and lose the answer. */
const SHORTEST_REFRESH = 2_000;
/** A refresh ends by this part of its callers' deadline, so that none who comes after it joins one that is stuck. */
const PART_OF_DEADLINE = 0.95;
/** For so long, in milliseconds, new tokens are kept in hand while the store does not take them. */
const LONGEST_WRITE = 60_000;
const WRITE_PAUSE = 250;

export interface RefresherParts {
  readonly provider: ProviderClient;
  readonly sessions: Sessions;
  readonly store: SessionStore;
  readonly vault: TokenVault;
  readonly events: Events;
  /** A clock that is never set, in milliseconds: what a lease is measured with. */
  readonly monotonic: Clock;
  /** The deadline of whoever waits for a refresh, in milliseconds. */
  readonly timeout: number;
  /** How long the store may take to answer, in milliseconds. */
  readonly storeTimeout: number;
  /** Waits for about so many milliseconds; about, so that processes that wait for the same lock do not ask in step. */
  readonly pause: (ms: number) => Promise<void>;
}

export interface Refresher {
  /**
   * The record with other tokens than the `stale` ones: those that somebody else has got, or else new ones.
   *
   * @throws AihubmixError `session_expired`, `unauthenticated`, `provider_error`, `provider_unavailable`, `store_unavailable`
   */
  refreshed(session: LiveSession, stale: string): Promise<SessionRecord>;
  /** Whether this process is refreshing the session. */
  isRefreshing(key: string): boolean;
  /** Settles when nothing is under way any more: a process that ends sooner may lose tokens that it has just been given. */
  idle(): Promise<void>;
}

/** A refresh under way in this process, shared by everybody who needs it. */
interface Refresh {
  readonly done: Promise<SessionRecord>;
  /** Told when the new tokens could not be stored just now: nobody waits for a store that is down, but `done` goes on trying. */
  readonly trouble: Set<(error: AihubmixError) => void>;
}

/**
 * Gets new tokens: per session one refresh at a time, in this process by a shared promise, across processes by the store's
 * lock. After taking the lock it reads again, since somebody may have refreshed already; it stores the new tokens before
 * anyone uses them, and only over those that they came from.
 */
export function createRefresher(parts: RefresherParts): Refresher {
  const { provider, sessions, store, vault, events, monotonic, timeout, storeTimeout, pause } = parts;
  const refreshes = new Map<string, Refresh>();
  /** What is kept of a lease for storing the answer. */
  const writeReserve = Math.min(Math.max(2 * storeTimeout, 4_000), 8_000);

  async function refreshed(session: LiveSession, stale: string): Promise<SessionRecord> {
    for (;;) {
      const running = refreshes.get(session.key);
      if (running === undefined) return settled(begin(session, stale));
      const record = await settled(running);
      // A refresh that began before these tokens were known does not count as a refresh of them.
      if (record.tokens !== stale) return record;
    }
  }

  function begin(session: LiveSession, stale: string): Refresh {
    const trouble: Refresh['trouble'] = new Set();
    const report = (error: AihubmixError) => {
      for (const leave of trouble) leave(error);
    };
    const done = refreshUnderLock(session, stale, report)
      .catch((error: unknown) => {
        tellStoreFailure(session, error);
        throw error;
      })
      .finally(() => refreshes.delete(session.key));
    const refresh = { done, trouble };
    refreshes.set(session.key, refresh);
    return refresh;
  }

  /** Nobody may be waiting who could tell. What the provider did is told where it happens. */
  function tellStoreFailure({ record }: LiveSession, error: unknown): void {
    if (!(error instanceof AihubmixError) || error.code !== 'store_unavailable') return;
    events.emit('refreshFailed', { userId: record.user.id, code: error.code });
  }

  async function refreshUnderLock(
    session: LiveSession,
    stale: string,
    report: (error: AihubmixError) => void,
  ): Promise<SessionRecord> {
    const giveUpAt = monotonic() + 2 * LEASE;
    for (let wait = 20; ; wait = Math.min(wait * 2, 250)) {
      const takenAt = monotonic();
      const lock = await store.lock(`refresh:${session.key}`, LEASE);
      try {
        const record = await sessions.reread(session);
        if (record === undefined) throw sessionGone();
        if (record.tokens !== stale) return record;
        if (lock !== undefined) return await refreshNow({ key: session.key, record }, takenAt, report);
      } finally {
        void releaseQuietly(lock);
      }
      if (monotonic() >= giveUpAt) throw refreshStuck();
      await pause(wait);
    }
  }

  async function refreshNow(
    session: LiveSession,
    lockTakenAt: number,
    report: (error: AihubmixError) => void,
  ): Promise<SessionRecord> {
    const { key, record } = session;
    const previous = vault.open(key, record)?.refresh;
    if (previous === undefined) return expire(session, 'no_refresh_token');
    const leaseLeft = lockTakenAt + LEASE - writeReserve - monotonic();
    if (leaseLeft < SHORTEST_REFRESH) throw refreshStuck();
    const patience = Math.floor(Math.min(timeout * PART_OF_DEADLINE, leaseLeft));
    let tokens: Tokens;
    try {
      tokens = await provider.refresh(previous, AbortSignal.timeout(patience));
    } catch (error) {
      return failed(session, error);
    }
    const { scope = record.scope } = tokens;
    const stored = await keepStoring(session, { ...vault.fromRefresh(key, tokens, previous), scope }, report);
    events.emit('refresh', { userId: record.user.id, duration: Math.round(monotonic() - lockTakenAt) });
    return stored;
  }

  /** A refusal is believed only when nobody else has got new tokens meanwhile. */
  async function failed(session: LiveSession, error: unknown): Promise<SessionRecord> {
    const newer = await sessions.reread(session);
    if (newer === undefined) throw sessionGone();
    if (newer.tokens !== session.record.tokens) return newer;
    if (error instanceof GrantRejected) return expire({ ...session, record: newer }, 'invalid_grant');
    const code = error instanceof AihubmixError ? error.code : 'server_error';
    events.emit('refreshFailed', { userId: newer.user.id, code });
    throw error;
  }

  /** Ends the session, unless it was given other tokens in this very moment. */
  async function expire(
    session: LiveSession,
    reason: 'invalid_grant' | 'no_refresh_token',
  ): Promise<SessionRecord> {
    for (let { record } = session; ; ) {
      if (await sessions.endVersion({ key: session.key, record }, reason)) throw grantOver();
      const newer = await sessions.reread(session);
      if (newer === undefined) throw sessionGone();
      if (newer.tokens !== record.tokens) return newer;
      record = newer;
    }
  }

  /** The provider has rotated and will not take the old token again, so the new ones are worth some patience. */
  async function keepStoring(
    session: LiveSession,
    fields: TokenFields & Pick<SessionRecord, 'scope'>,
    report: (error: AihubmixError) => void,
  ): Promise<SessionRecord> {
    const giveUpAt = monotonic() + LONGEST_WRITE;
    for (;;) {
      try {
        return await replaceTokens(session, fields);
      } catch (error) {
        if (!(error instanceof AihubmixError) || error.code !== 'store_unavailable') throw error;
        report(error);
        if (monotonic() >= giveUpAt) throw error;
      }
      await pause(WRITE_PAUSE);
    }
  }

  /** Puts new tokens over those that they came from; whatever else of the record was changed meanwhile stays changed. */
  async function replaceTokens(
    session: LiveSession,
    fields: TokenFields & Pick<SessionRecord, 'scope'>,
  ): Promise<SessionRecord> {
    const { key, record } = session;
    for (let current = record; ; ) {
      const next = { ...current, ...fields, version: current.version + 1 };
      if (await store.replace(key, current.version, next)) return next;
      const newer = await sessions.reread(session);
      if (newer === undefined) throw sessionGone();
      if (newer.tokens !== record.tokens) return newer;
      current = newer;
    }
  }

  return {
    refreshed,
    isRefreshing: (key) => refreshes.has(key),
    async idle() {
      await Promise.allSettled([...refreshes.values()].map(({ done }) => done));
    },
  };
}

/** The end of a refresh, or its next trouble. */
function settled({ done, trouble }: Refresh): Promise<SessionRecord> {
  return new Promise((resolve, reject) => {
    trouble.add(reject);
    done.then(resolve, reject).finally(() => trouble.delete(reject));
  });
}

async function releaseQuietly(lock: Awaited<ReturnType<SessionStore['lock']>>): Promise<void> {
  try {
    await lock?.release();
  } catch {
    // The lease ends by itself.
  }
}

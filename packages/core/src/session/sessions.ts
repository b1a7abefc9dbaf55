import { hash, randomBytes } from 'node:crypto';
import type { Clock, MaybePromise } from '../async.js';
import type { EndReason, Events } from '../events.js';
import type { User } from '../provider/profile.js';
import type { Tokens } from '../provider/tokens.js';
import type { SessionRecord } from './record.js';
import type { SessionStore } from './store.js';
import type { TokenVault } from './token-vault.js';

/** A session as one request sees it. `record` moves on when this request learns of newer tokens. */
export interface LiveSession {
  /** Where the store keeps it: the SHA-256 of the id that the browser holds. */
  readonly key: string;
  record: SessionRecord;
}

export interface SessionsSettings {
  readonly clientId: string;
  /** In seconds. */
  readonly sessionMaxAge: number;
  /** In seconds. */
  readonly sessionIdleTimeout: number;
}

/** Beginning, finding and ending sessions. All but `find` write to the store. */
export interface Sessions {
  /** Begins a session under a new random id and answers both. */
  begin(user: User, tokens: Tokens, scope: string): Promise<{ id: string; session: LiveSession }>;
  /** The session with this id, if it is one of ours and alive. What is not an id is never asked for. */
  find(id: string | undefined): MaybePromise<LiveSession | undefined>;
  /** The session as the store has it now. */
  reread(session: LiveSession): MaybePromise<SessionRecord | undefined>;
  /** Ends a session. Answers whether it was this call that ended it. */
  end(session: LiveSession, reason: EndReason): Promise<boolean>;
  /** Ends a session only if nobody has changed it since it was read. Answers whether it did. */
  endVersion(session: LiveSession, reason: EndReason): Promise<boolean>;
  /** Ends all sessions of a user, as after disabling the account. Answers how many there were. */
  endAllOf(userId: string): Promise<number>;
}

/** 256 bits in base64url. */
const SESSION_ID = /^[A-Za-z0-9_-]{43}$/;

export function createSessions(
  settings: SessionsSettings,
  store: SessionStore,
  vault: TokenVault,
  events: Events,
  now: Clock,
): Sessions {
  const { clientId, sessionMaxAge, sessionIdleTimeout } = settings;
  const idles = sessionIdleTimeout < sessionMaxAge;
  const subjectOf = (userId: string) => `${clientId}:${userId}`;

  function accept(key: string, record: SessionRecord | undefined): MaybePromise<LiveSession | undefined> {
    if (record === undefined || record.clientId !== clientId || record.idleEndsAt <= now()) return undefined;
    if (!vault.knows(record.tokens)) return undefined;
    return idles ? keepAwake({ key, record }) : { key, record };
  }

  /** Moves the idle limit on, at most once in a tenth of it; whoever loses the race was not idle either. */
  async function keepAwake(session: LiveSession): Promise<LiveSession | undefined> {
    const { key, record } = session;
    const idleEndsAt = Math.min(now() + sessionIdleTimeout * 1000, record.endsAt);
    if (idleEndsAt - record.idleEndsAt < sessionIdleTimeout * 100) return session;
    const moved = { ...record, version: record.version + 1, idleEndsAt };
    if (await store.replace(key, record.version, moved)) return { key, record: moved };
    const newer = await store.get(key);
    return newer && { key, record: newer };
  }

  return {
    async begin(user, tokens, scope) {
      const id = randomBytes(32).toString('base64url');
      const key = keyOf(id);
      const endsAt = now() + sessionMaxAge * 1000;
      const record: SessionRecord = {
        version: 1,
        subject: subjectOf(user.id),
        clientId,
        user,
        scope,
        ...vault.fromLogin(key, tokens),
        endsAt,
        idleEndsAt: Math.min(now() + sessionIdleTimeout * 1000, endsAt),
      };
      await store.create(key, record);
      return { id, session: { key, record } };
    },
    find(id) {
      if (id === undefined || !SESSION_ID.test(id)) return undefined;
      const key = keyOf(id);
      const record = store.get(key);
      return record instanceof Promise ? record.then((found) => accept(key, found)) : accept(key, record);
    },
    reread: (session) => store.get(session.key),
    async end(session, reason) {
      const ended = await store.delete(session.key);
      const userId = session.record.user.id;
      if (ended) events.emit('sessionEnded', { userId, reason });
      return ended;
    },
    async endVersion({ key, record }, reason) {
      // The store forgets a record whose time is over; to delete it outright could hit one that was just changed.
      const over = { ...record, version: record.version + 1, idleEndsAt: now() };
      const ended = await store.replace(key, record.version, over);
      if (ended) events.emit('sessionEnded', { userId: record.user.id, reason });
      return ended;
    },
    async endAllOf(userId) {
      return await store.deleteAllOf(subjectOf(userId));
    },
  };
}

function keyOf(id: string): string {
  return hash('sha256', id, 'base64url');
}

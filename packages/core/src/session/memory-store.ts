import type { Clock } from '../async.js';
import type { SessionRecord } from './record.js';
import type { SessionStore } from './store.js';

export interface MemoryStoreOptions {
  /** How many sessions are kept at most, default 100,000; past that the oldest login makes room. */
  readonly maxSessions?: number;
  /** Milliseconds since the epoch; a test's own clock. */
  readonly now?: Clock;
}

/**
 * Keeps sessions in this process, as long as it lives. For development, tests and applications of one process: a
 * second process would not know of them.
 */
export function memoryStore(options: MemoryStoreOptions = {}): SessionStore {
  const { maxSessions = 100_000, now = Date.now } = options;
  const sessions = new Map<string, SessionRecord>();
  const keysOfSubject = new Map<string, Set<string>>();
  const claims = new Map<string, number>();
  const locks = new Map<string, { until: number }>();

  function live(key: string): SessionRecord | undefined {
    const record = sessions.get(key);
    if (record === undefined || record.idleEndsAt > now()) return record;
    remove(key, record);
    return undefined;
  }

  function remove(key: string, record: SessionRecord): void {
    sessions.delete(key);
    const keys = keysOfSubject.get(record.subject);
    keys?.delete(key);
    if (keys?.size === 0) keysOfSubject.delete(record.subject);
  }

  function makeRoom(): void {
    for (const [key, record] of sessions) {
      if (sessions.size < maxSessions && record.idleEndsAt > now()) return;
      remove(key, record);
    }
  }

  return {
    get: live,
    create(key, record) {
      makeRoom();
      sessions.set(key, record);
      const keys = keysOfSubject.get(record.subject) ?? new Set();
      keysOfSubject.set(record.subject, keys.add(key));
    },
    replace(key, version, record) {
      if (live(key)?.version !== version) return false;
      sessions.set(key, record);
      return true;
    },
    delete(key) {
      const record = live(key);
      if (record === undefined) return false;
      remove(key, record);
      return true;
    },
    deleteAllOf(subject) {
      let deleted = 0;
      for (const key of keysOfSubject.get(subject) ?? []) {
        const record = live(key);
        if (record === undefined) continue;
        remove(key, record);
        deleted += 1;
      }
      return deleted;
    },
    claim(key, ttl) {
      dropPast(claims, now(), (until) => until);
      if ((claims.get(key) ?? 0) > now()) return false;
      claims.set(key, now() + ttl);
      return true;
    },
    lock(key, lease) {
      dropPast(locks, now(), (held) => held.until);
      if ((locks.get(key)?.until ?? 0) > now()) return undefined;
      const held = { until: now() + lease };
      locks.set(key, held);
      return {
        release() {
          if (locks.get(key) === held) locks.delete(key);
        },
      };
    },
  };
}

/** Forgets what has run out, oldest first, and stops at the first that has not: amortised, this costs nothing. */
function dropPast<T>(entries: Map<string, T>, now: number, until: (entry: T) => number): void {
  for (const [key, entry] of entries) {
    if (until(entry) > now) return;
    entries.delete(key);
  }
}

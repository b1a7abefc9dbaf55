import type { MaybePromise } from '../async.js';
import type { SessionRecord } from './record.js';

/**
 * Where sessions are kept. Every operation is atomic. Keys are opaque strings of up to 128 printable ASCII characters;
 * they are hashes, never the id that a browser holds. Whatever an operation throws is answered as `store_unavailable`.
 *
 * Answers may be given at once or as promises.
 */
export interface SessionStore {
  /** The record under `key`, or `undefined` when there is none or its `idleEndsAt` has passed. */
  get(key: string): MaybePromise<SessionRecord | undefined>;
  /** Stores a new record, to be forgotten at its `idleEndsAt`. */
  create(key: string, record: SessionRecord): MaybePromise<void>;
  /**
   * Replaces the record under `key`, only if it still exists and has `version`. Answers whether it did.
   * The new record is to be forgotten at its own `idleEndsAt`.
   */
  replace(key: string, version: number, record: SessionRecord): MaybePromise<boolean>;
  /** Deletes the record under `key`. Answers whether this call deleted it. */
  delete(key: string): MaybePromise<boolean>;
  /** Deletes every record with this `subject`. Answers how many there were. */
  deleteAllOf(subject: string): MaybePromise<number>;
  /** Answers `true` to the first caller and `false` to every other, for at least `ttl` milliseconds. */
  claim(key: string, ttl: number): MaybePromise<boolean>;
  /**
   * Takes the lock `key` for at most `lease` milliseconds, or answers `undefined` when somebody holds it.
   * A holder that never releases loses it when its lease is over.
   */
  lock(key: string, lease: number): MaybePromise<SessionLock | undefined>;
}

/** A lock that is held. */
export interface SessionLock {
  /** Gives the lock back, unless it was lost and somebody else holds it by now. */
  release(): MaybePromise<void>;
}

import { randomBytes } from 'node:crypto';
import type { SessionStore } from '@aihubmix-auth/core';
import { commandsOf, type RedisClient, type SendCommand } from './client.js';
import { decodeRecord, encodeRecord } from './record-json.js';
import { ACQUIRE, ADD_TO_INDEX, RELEASE, REPLACE, run } from './script.js';

export interface RedisStoreOptions {
  /**
   * What every key begins with, default `aihubmix:`. Tells two applications on one Redis apart. All of our commands
   * touch one key each, so a cluster needs no hash tag in it.
   */
  readonly prefix?: string;
}

/** How many sessions of a subject are deleted at once. */
const BATCH = 500;

/**
 * Keeps sessions in Redis 6.2 or newer, or Valkey, over the application's own connected client. Every operation rejects
 * at once while the connection is lost, and with the server's error when it refuses (read-only replica, out of memory).
 *
 * @throws TypeError for a client that is none, or that reads from replicas.
 */
export function redisStore(client: RedisClient, options: RedisStoreOptions = {}): SessionStore {
  const send = commandsOf(client);
  const { prefix = 'aihubmix:' } = options;
  const sessionKey = (key: string) => `${prefix}s:${key}`;
  const indexKey = (subject: string) => `${prefix}u:${subject}`;
  const forget = (subject: string, keys: readonly string[]) => send('ZREM', indexKey(subject), ...keys);

  async function acquire(key: string, owner: string, life: number): Promise<boolean> {
    return isOne(await run(send, ACQUIRE, key, owner, `${Math.max(Math.ceil(life), 1)}`));
  }

  return {
    async get(key) {
      const value = await send('GET', sessionKey(key));
      return value === null ? undefined : decodeRecord(value);
    },
    async create(key, record) {
      // First the index: an entry without a session is harmless, a session without an entry would outlive `deleteAllOf`.
      await run(send, ADD_TO_INDEX, indexKey(record.subject), key, lifeOf(record.endsAt));
      await send('SET', sessionKey(key), encodeRecord(record), 'PX', lifeOf(record.idleEndsAt));
    },
    async replace(key, version, record) {
      const value = encodeRecord(record);
      const life = lifeOf(record.idleEndsAt);
      return isOne(await run(send, REPLACE, sessionKey(key), `${version}`, value, life));
    },
    async delete(key) {
      const value = await send('GETDEL', sessionKey(key));
      if (value === null) return false;
      const subject = subjectIn(value);
      // The session is dead already; what is left over in the index goes when its time comes.
      if (subject !== undefined) forget(subject, [key]).catch(() => {});
      return true;
    },
    async deleteAllOf(subject) {
      const keys = await send('ZRANGE', indexKey(subject), '0', '-1');
      if (!isListOfStrings(keys)) throw new Error('Redis holds no index of sessions where it should.');
      let deleted = 0;
      for (let start = 0; start < keys.length; start += BATCH) {
        const gone = await deleteSessions(send, keys.slice(start, start + BATCH), sessionKey);
        // The others stay in the index: a login under way may be about to write its session.
        if (gone.length > 0) await forget(subject, gone);
        deleted += gone.length;
      }
      return deleted;
    },
    claim: (key, ttl) => acquire(`${prefix}c:${key}`, newOwner(), ttl),
    async lock(key, lease) {
      const lockKey = `${prefix}l:${key}`;
      const owner = newOwner();
      if (!(await acquire(lockKey, owner, lease))) return undefined;
      return {
        async release() {
          await run(send, RELEASE, lockKey, owner);
        },
      };
    },
  };
}

/** Answers which of them existed. */
async function deleteSessions(
  send: SendCommand,
  keys: readonly string[],
  sessionKey: (key: string) => string,
): Promise<string[]> {
  const replies = await Promise.all(keys.map((key) => send('DEL', sessionKey(key))));
  return keys.filter((_, index) => isOne(replies[index]));
}

/** Milliseconds from now, as the clock of the server may differ from ours. One that is over lives for the shortest time. */
function lifeOf(end: number): string {
  return `${Math.max(Math.ceil(end - Date.now()), 1)}`;
}

function newOwner(): string {
  return randomBytes(16).toString('base64url');
}

function subjectIn(value: unknown): string | undefined {
  try {
    return decodeRecord(value).subject;
  } catch {
    return undefined;
  }
}

/** A client may be told to answer numbers as strings. */
function isOne(reply: unknown): boolean {
  return Number(reply) === 1;
}

function isListOfStrings(reply: unknown): reply is string[] {
  return Array.isArray(reply) && reply.every((item) => typeof item === 'string');
}

import { createHash } from 'node:crypto';
import type { SendCommand } from './client.js';

/** A Lua script on one key, known to the server by its hash. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

function script(source: string): Script {
  return { source, sha: createHash('sha1').update(source).digest('hex') };
}

/** Runs a script; a server that has not seen it yet, as after a restart or failover, gets all of it. */
export async function run(
  send: SendCommand,
  { source, sha }: Script,
  key: string,
  ...args: string[]
): Promise<unknown> {
  try {
    return await send('EVALSHA', key, sha, ...args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith('NOSCRIPT'))) throw error;
    return await send('EVAL', key, source, ...args);
  }
}

/**
 * ARGV: version, new value, life in ms. A value begins with its version, so the JSON need not be parsed here.
 * Answers 1 or 0.
 */
export const REPLACE = script(`
local value = redis.call('GET', KEYS[1])
if not value or string.match(value, '^{"version":(%d+)') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`);

/**
 * ARGV: owner, life in ms. Answers 1 to the owner and 0 to others. The owner may ask again: a client that lost the
 * answer in a reconnect sends its command twice.
 */
export const ACQUIRE = script(`
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 1 end
if redis.call('GET', KEYS[1]) == ARGV[1] then return 1 end
return 0
`);

/** ARGV: owner. Deletes the key if it is the owner's. */
export const RELEASE = script(`
if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);

/**
 * ARGV: session key, life in ms. Adds a session to its subject's index, and drops those whose life is over. The score
 * is the time of the server, as the clocks of the processes may differ.
 */
export const ADD_TO_INDEX = script(`
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local life = tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
redis.call('ZADD', KEYS[1], string.format('%.0f', now + life), ARGV[1])
if redis.call('PTTL', KEYS[1]) < life then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return 1
`);

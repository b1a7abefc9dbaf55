import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { memoryStore } from '@aihubmix-auth/core';
import { startRedis } from '@aihubmix-auth/redis/testing';
import { table, whole } from './figures.js';
import { createLogin, loginOnRedis, NO_PROVIDER } from './login.js';
import { beginSessions, tokensOf } from './sessions.js';

/** How long the tokens of a session are, in characters. */
interface Lengths {
  readonly access: number;
  readonly refresh: number;
}

export interface BytesPerSession extends Lengths {
  readonly memory: number;
  readonly redis: number;
}

const LENGTHS: readonly Lengths[] = [
  { access: 200, refresh: 43 },
  { access: 800, refresh: 43 },
  { access: 200, refresh: 200 },
  { access: 800, refresh: 800 },
];

/** What a session takes up, in this process and in Redis, the index of its user's sessions included. */
export async function measureBytes(sessions: number): Promise<BytesPerSession[]> {
  const results: BytesPerSession[] = [];
  for (const lengths of LENGTHS) {
    const memory = await inMemory(sessions, lengths);
    results.push({ ...lengths, memory, redis: await inRedis(sessions, lengths) });
  }
  return results;
}

async function inMemory(sessions: number, { access, refresh }: Lengths): Promise<number> {
  const store = memoryStore({ maxSessions: sessions + 1 });
  const auth = createLogin(NO_PROVIDER, store);
  const collectGarbage = garbageCollector();
  const begin = () => beginSessions(auth, 1, () => tokensOf(access, refresh));
  await begin();
  collectGarbage();
  const before = heapInUse();
  await beginSessions(auth, sessions, () => tokensOf(access, refresh));
  collectGarbage();
  const bytes = (heapInUse() - before) / sessions;
  // The store must be alive until here, or its sessions would not have been counted.
  await begin();
  await auth.close();
  return bytes;
}

async function inRedis(sessions: number, { access, refresh }: Lengths): Promise<number> {
  const redis = await startRedis();
  const { auth, usedMemory, close } = await loginOnRedis(redis.url, NO_PROVIDER);
  await beginSessions(auth, 1, () => tokensOf(access, refresh));
  const before = await usedMemory();
  await beginSessions(auth, sessions, () => tokensOf(access, refresh));
  const bytes = ((await usedMemory()) - before) / sessions;
  await close();
  await redis.stop();
  return bytes;
}

function heapInUse(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** The same as with `--expose-gc`, which a test runner does not pass on. */
function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collect: unknown = runInNewContext('gc');
  if (typeof collect !== 'function') throw new Error('This Node does not let its garbage be collected.');
  return () => {
    collect();
  };
}

export function reportBytes(sessions: number, results: readonly BytesPerSession[]): string {
  const rows = results.map(({ access, refresh, memory, redis }) => [
    `${access} and ${refresh}`,
    whole(memory),
    whole(redis),
  ]);
  return `${whole(sessions)} sessions of as many users, so that each has an index entry of its own: the dearest case. In memory: the
difference of the heap after garbage collection. In Redis: the difference of \`used_memory\`.

${table(['characters of access and refresh token', 'memory store', 'Redis'], rows)}`;
}

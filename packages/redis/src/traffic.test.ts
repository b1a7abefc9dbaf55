import type { SessionRecord } from '@aihubmix-auth/core';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { IoredisClient } from './client.js';
import { redisStore } from './redis-store.js';
import { sampleRecord } from './testing/record.js';
import { hasRedisServer, type RedisServer, startRedis } from './testing/redis-server.js';
import { until } from './testing/until.js';

describe.skipIf(!hasRedisServer())('what redisStore asks of Redis (needs redis-server)', () => {
  let server: RedisServer | undefined;
  let client: Redis;

  beforeAll(async () => {
    server = await startRedis();
    client = new Redis(server.url);
  });
  afterAll(async () => {
    client?.disconnect();
    await server?.stop();
  });
  beforeEach(async () => {
    await client.flushall();
    await client.config('RESETSTAT');
  });

  /** How often each command was called, those within scripts too. */
  async function calls(): Promise<Record<string, number>> {
    const stats = (await client.info('commandstats')).matchAll(/cmdstat_([^:]+):calls=(\d+)/g);
    const counts = Object.fromEntries([...stats].map(([, name, count]) => [name, Number(count)]));
    const { info, flushall, 'config|resetstat': _, ...ours } = counts;
    return ours;
  }

  it('reads a session with one GET and nothing else', async () => {
    const store = redisStore(client);
    await store.create('key', sampleRecord());
    await client.config('RESETSTAT');
    for (let request = 0; request < 100; request += 1) await store.get('key');
    expect(await calls()).toEqual({ get: 100 });
  });

  it('never scans, and sends each script once', async () => {
    const store = redisStore(client);
    await client.script('FLUSH');
    for (let index = 0; index < 20; index += 1) {
      await store.create(`key ${index}`, sampleRecord());
      await store.replace(`key ${index}`, 1, sampleRecord({ version: 2 }));
      await store.claim(`key ${index}`, 1_000);
      await (await store.lock(`key ${index}`, 1_000))?.release();
    }
    await store.delete('key 0');
    await store.deleteAllOf('client_1:42');
    const counts = await calls();
    expect(counts.eval).toBe(4);
    const needed = 'get set del getdel eval evalsha time zadd zrem zrange zremrangebyscore pttl pexpire';
    const names = Object.keys(counts).filter((name) => !name.startsWith('script'));
    expect(names.filter((name) => !needed.split(' ').includes(name))).toEqual([]);
  });

  it('puts every key below the prefix', async () => {
    const store = redisStore(client, { prefix: 'app:' });
    await store.create('key', sampleRecord());
    await store.claim('key', 1_000);
    await store.lock('key', 1_000);
    expect((await client.keys('*')).sort()).toEqual([
      'app:c:key',
      'app:l:key',
      'app:s:key',
      'app:u:client_1:42',
    ]);
  });

  it('leaves nothing without an end, and no end later than the last session', async () => {
    const store = redisStore(client);
    const life = 60_000;
    const end = Date.now() + life;
    await store.create('key', sampleRecord({ endsAt: end, idleEndsAt: end - 10_000 }));
    await store.create('shorter', sampleRecord({ endsAt: end - 30_000, idleEndsAt: end - 30_000 }));
    await store.claim('key', life);
    await store.lock('key', life);
    for (const key of await client.keys('*')) {
      const left = await client.pttl(key);
      expect(left, key).toBeGreaterThan(0);
      expect(left, key).toBeLessThanOrEqual(life);
    }
    expect(await client.pttl('aihubmix:s:key')).toBeLessThanOrEqual(life - 10_000);
    expect(await client.pttl('aihubmix:u:client_1:42')).toBeGreaterThan(life - 20_000);
  });

  it('takes sessions out of the index when they are ended, and at the next login when they have run out', async () => {
    const store = redisStore(client);
    const index = 'aihubmix:u:client_1:42';
    const soon = Date.now() + 100;
    await store.create('ended', sampleRecord());
    await store.create('run out', sampleRecord({ endsAt: soon, idleEndsAt: soon }));
    await store.delete('ended');
    await until(async () => (await store.get('run out')) === undefined);
    expect(await client.zrange(index, '0', '-1')).toEqual(['run out']);
    await store.create('alive', sampleRecord());
    expect(await client.zrange(index, '0', '-1')).toEqual(['alive']);
    await store.deleteAllOf('client_1:42');
    expect(await client.keys('*')).toEqual([]);
  });

  it('keeps a session in the index that was being written while all were ended', async () => {
    let write = () => {};
    const held = new Promise<void>((resolve) => {
      write = resolve;
    });
    const slow = redisStore(before(client, async (command) => command === 'SET' && held));
    const store = redisStore(client);
    const creating = slow.create('late', sampleRecord());
    await until(async () => (await client.zcard('aihubmix:u:client_1:42')) === 1);
    expect(await store.deleteAllOf('client_1:42')).toBe(0);
    write();
    await creating;
    expect(await store.deleteAllOf('client_1:42')).toBe(1);
  });

  it('keeps claim and lock for the one whose client sent the command twice', async () => {
    const store = redisStore(before(client, (command, args) => client.call(command, args)));
    expect(await store.claim('key', 1_000)).toBe(true);
    expect(await store.lock('key', 1_000)).toBeDefined();
    expect(await redisStore(client).claim('key', 1_000)).toBe(false);
    expect(await redisStore(client).lock('key', 1_000)).toBeUndefined();
  });

  it('works with a client that has a prefix of its own, or answers numbers as strings', async () => {
    const odd = client.duplicate({ keyPrefix: 'own:', stringNumbers: true });
    const store = redisStore(odd);
    await store.create('key', sampleRecord());
    expect(await store.replace('key', 1, sampleRecord({ version: 2 }))).toBe(true);
    expect(await store.get('key')).toMatchObject({ version: 2 });
    expect((await client.keys('*')).every((key) => key.startsWith('own:aihubmix:'))).toBe(true);
    expect(await store.deleteAllOf('client_1:42')).toBe(1);
    odd.disconnect();
  });

  it('connects a lazy client, and waits for one that is connecting', async () => {
    const lazy = client.duplicate({ lazyConnect: true });
    await redisStore(lazy).create('key', sampleRecord());
    const connecting = client.duplicate();
    expect(await redisStore(connecting).get('key')).toBeDefined();
    lazy.disconnect();
    connecting.disconnect();
  });

  it('keeps fields that a newer version of the library may add', async () => {
    const store = redisStore(client);
    const record: SessionRecord & { future: string } = { ...sampleRecord(), future: 'kept' };
    await store.create('key', record);
    expect(await store.get('key')).toEqual(record);
  });
});

/** The client, with something done before every command. */
function before(client: Redis, act: (command: string, args: string[]) => Promise<unknown>): IoredisClient {
  return {
    status: 'ready',
    options: {},
    async call(command, args) {
      await act(command, args);
      return client.call(command, args);
    },
  };
}

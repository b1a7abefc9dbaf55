import { readFile } from 'node:fs/promises';
import { Redis, type RedisOptions } from 'ioredis';
import { createClient } from 'redis';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RedisClient } from './client.js';
import { redisStore } from './redis-store.js';
import { sampleRecord } from './testing/record.js';
import { hasRedisServer, type RedisServer, startRedis } from './testing/redis-server.js';
import { until } from './testing/until.js';

type Settings = Pick<RedisOptions, 'socketTimeout' | 'reconnectOnError'>;

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');

describe.skipIf(!hasRedisServer())('the settings of the README (need redis-server)', () => {
  const cleanups: (() => unknown)[] = [];
  let server: RedisServer;
  beforeEach(async () => {
    server = await startRedis();
    cleanups.push(() => server.stop());
  });
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  async function nodeRedis(url: string): Promise<RedisClient> {
    const client = createClient({ url });
    client.on('error', () => {});
    await client.connect();
    cleanups.push(() => client.destroy());
    return client;
  }

  function ioredis(url: string, options: Settings = {}): RedisClient {
    const client = new Redis(url, options);
    client.on('error', () => {});
    cleanups.push(() => client.disconnect());
    return client;
  }

  it('let ioredis notice a silent machine, and connect again when it is back', async () => {
    const store = redisStore(ioredis(server.url, { socketTimeout: 500 }));
    await store.create('key', sampleRecord());
    server.freeze();
    await until(() => failsWithin(200, store.get('key')));
    server.thaw();
    await until(async () => (await store.get('key')) !== undefined);
  });

  it('let ioredis leave a server that has become a replica', async () => {
    const client = ioredis(server.url, { reconnectOnError: (error) => error.message.startsWith('READONLY') });
    const store = redisStore(client);
    await store.create('key', sampleRecord());
    const admin = new Redis(server.url);
    cleanups.push(() => admin.disconnect());
    const connections = async () =>
      Number(/total_connections_received:(\d+)/.exec(await admin.info('stats'))?.[1]);
    const before = await connections();
    await admin.call('REPLICAOF', '127.0.0.1', '1');
    await expect(store.delete('key')).rejects.toThrow('READONLY');
    await until(async () => (await connections()) > before);
  });

  it('name all rights that a user needs', async () => {
    const rights = /`(~aihubmix:\*[^`]*)`/.exec(readme)?.[1]?.split(/\s+/) ?? [];
    const admin = new Redis(server.url);
    cleanups.push(() => admin.disconnect());
    await admin.call('ACL', ['SETUSER', 'app', 'on', '>password', ...rights]);
    const url = server.url.replace('redis://', 'redis://app:password@');
    for (const client of [await nodeRedis(url), ioredis(url)]) {
      const store = redisStore(client);
      await admin.call('SCRIPT', ['FLUSH']);
      await store.create('key', sampleRecord());
      expect(await store.replace('key', 1, sampleRecord({ version: 2 }))).toBe(true);
      expect(await store.claim(crypto.randomUUID(), 1_000)).toBe(true);
      await (await store.lock('key', 1_000))?.release();
      expect(await store.delete('key')).toBe(true);
      await store.create('key', sampleRecord());
      expect(await store.deleteAllOf('client_1:42')).toBe(1);
    }
    expect(await admin.call('ACL', ['LOG'])).toEqual([]);
  });
});

function failsWithin(ms: number, operation: unknown): Promise<boolean> {
  const failing = Promise.resolve(operation).then(
    () => false,
    () => true,
  );
  return Promise.race([failing, new Promise<boolean>((resolve) => setTimeout(resolve, ms, false))]);
}

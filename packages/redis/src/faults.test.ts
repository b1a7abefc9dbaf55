import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RedisClient } from './client.js';
import { redisStore } from './redis-store.js';
import { CLIENTS, type ConnectedClient } from './testing/clients.js';
import { raw } from './testing/raw.js';
import { sampleRecord } from './testing/record.js';
import { hasRedisServer, type RedisServer, startRedis } from './testing/redis-server.js';
import { until } from './testing/until.js';

describe.skipIf(!hasRedisServer()).each(CLIENTS)(
  'a fault of Redis, seen over $name (needs redis-server)',
  (library) => {
    const cleanups: (() => Promise<void>)[] = [];
    let server: RedisServer;
    let client: RedisClient;
    const connect = async (url: string): Promise<ConnectedClient> => {
      const connected = await library.connect(url);
      cleanups.unshift(connected.close);
      return connected;
    };

    beforeEach(async () => {
      server = await startRedis('--appendonly', 'yes', '--repl-diskless-sync-delay', '0');
      cleanups.unshift(() => server.stop());
      ({ client } = await connect(server.url));
    });
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0)) await cleanup();
    });

    it('is an error at once while Redis is down, and over when it is up again', async () => {
      const store = redisStore(client);
      await store.create('key', sampleRecord());
      await server.down();
      await until(async () => (await rejection(store.get('key'))).includes('not connected'));
      const began = performance.now();
      const operations = [
        store.get('key'),
        store.create('other', sampleRecord()),
        store.replace('key', 1, sampleRecord({ version: 2 })),
        store.delete('key'),
        store.deleteAllOf('client_1:42'),
        store.claim('key', 1_000),
        store.lock('key', 1_000),
      ];
      for (const operation of operations) expect(await rejection(operation)).toContain('not connected');
      expect(performance.now() - began).toBeLessThan(1_000);

      await server.up();
      await until(async () => (await store.get('key')) !== undefined);
      expect(await store.get('key')).toMatchObject({ version: 1 });
      expect(await store.get('other')).toBeUndefined();
      expect(await store.replace('key', 1, sampleRecord({ version: 2 }))).toBe(true);
      expect(await store.deleteAllOf('client_1:42')).toBe(1);
    });

    it('is over when a frozen Redis goes on, and what came in meanwhile is done then', async () => {
      const store = redisStore(client);
      await store.create('key', sampleRecord());
      server.freeze();
      const reading = store.get('key');
      const replacing = store.replace('key', 1, sampleRecord({ version: 2 }));
      server.thaw();
      expect(await reading).toMatchObject({ version: 1 });
      expect(await replacing).toBe(true);
    });

    it('is an error when Redis is a replica that does not take writes', async () => {
      await redisStore(client).create('key', sampleRecord());
      const replica = await startRedis('--replicaof', `127.0.0.1 ${server.port}`);
      cleanups.unshift(() => replica.stop());
      const store = redisStore((await connect(replica.url)).client);
      await until(async () => (await store.get('key')) !== undefined);
      expect(await rejection(store.create('other', sampleRecord()))).toContain('READONLY');
      expect(await rejection(store.replace('key', 1, sampleRecord()))).toMatch(/read ?only/i);
      expect(await rejection(store.delete('key'))).toContain('READONLY');
      expect(await rejection(store.lock('key', 1_000))).toMatch(/read ?only/i);
      expect(await store.get('key')).toMatchObject({ version: 1 });
    });

    it('is an error when Redis has no memory left, but sessions can be read and ended', async () => {
      const store = redisStore(client);
      await store.create('key', sampleRecord());
      await store.create('second', sampleRecord());
      await raw(client, 'CONFIG', 'SET', 'maxmemory', '1');
      expect(await rejection(store.create('other', sampleRecord()))).toMatch(/OOM|maxmemory/);
      expect(await rejection(store.replace('key', 1, sampleRecord({ version: 2 })))).toMatch(/OOM|maxmemory/);
      expect(await rejection(store.lock('key', 1_000))).toMatch(/OOM|maxmemory/);
      expect(await store.get('key')).toMatchObject({ version: 1 });
      expect(await store.delete('key')).toBe(true);
      expect(await store.deleteAllOf('client_1:42')).toBe(1);
      await raw(client, 'CONFIG', 'SET', 'maxmemory', '0');
      await store.create('other', sampleRecord());
      expect(await store.get('other')).toBeDefined();
    });

    it('is none when Redis has forgotten the scripts', async () => {
      const store = redisStore(client);
      await store.create('key', sampleRecord());
      await raw(client, 'SCRIPT', 'FLUSH');
      expect(await store.replace('key', 1, sampleRecord({ version: 2 }))).toBe(true);
    });

    it.each([
      '',
      'null',
      '[]',
      '{"version":1',
      '{"version":1}',
      '{"version":"1","user":{}}',
      'secret-canary',
    ])('is an error, never a logout, when the value is %j', async (value) => {
      const store = redisStore(client);
      await raw(client, 'SET', 'aihubmix:s:key', value);
      const message = await rejection(store.get('key'));
      expect(message).toContain('no session record');
      expect(message).not.toContain('canary');
      expect(await store.replace('key', 7, sampleRecord())).toBe(false);
      expect(await store.delete('key')).toBe(true);
      expect(await store.get('key')).toBeUndefined();
    });

    it('is an error when the key holds another type', async () => {
      await raw(client, 'LPUSH', 'aihubmix:s:key', 'item');
      expect(await rejection(redisStore(client).get('key'))).toContain('WRONGTYPE');
    });
  },
);

async function rejection(operation: unknown): Promise<string> {
  try {
    await operation;
  } catch (error) {
    return error instanceof Error ? error.message : 'not an error';
  }
  return 'no rejection';
}

import { describe, expect, it } from 'vitest';
import { commandsOf, type RedisClient } from './client.js';
import { redisStore } from './redis-store.js';

describe('the client of redisStore', () => {
  it.each([undefined, null, {}, 'redis://localhost', { get: () => null }])('cannot be %j', (value) => {
    const client = value as unknown as RedisClient;
    expect(() => redisStore(client)).toThrow(TypeError);
  });

  it('cannot read from replicas, which lag behind', () => {
    const client = { status: 'ready', options: { scaleReads: 'slave' }, call: async () => null };
    expect(() => redisStore(client)).toThrow(/scaleReads/);
    expect(() => redisStore({ ...client, options: { scaleReads: 'master' } })).not.toThrow();
  });

  it('is asked for the primary by the key, as a cluster of node-redis wants it', async () => {
    const sent: unknown[] = [];
    const cluster = {
      isOpen: true,
      masters: [],
      sendCommand: async (...call: unknown[]) => sent.push(call),
    };
    await commandsOf(cluster)('GET', 'a');
    await commandsOf(cluster)('EVALSHA', 'a', 'sha', 'x');
    expect(sent).toEqual([
      ['a', false, ['GET', 'a']],
      ['a', false, ['EVALSHA', 'sha', '1', 'a', 'x']],
    ]);
  });

  it.each([
    { status: 'wait', usable: true },
    { status: 'connecting', usable: true },
    { status: 'connect', usable: true },
    { status: 'ready', usable: true },
    { status: 'reconnecting', usable: false },
    { status: 'close', usable: false },
    { status: 'end', usable: false },
  ])(
    'is used as ioredis before it was ready once, at status $status: $usable',
    async ({ status, usable }) => {
      const send = commandsOf({ status, options: {}, call: async () => 'sent' });
      const answer = send('GET', 'a').catch((error: Error) => error.message);
      expect(await answer).toBe(usable ? 'sent' : 'The Redis client is not connected.');
    },
  );

  it('is not used as ioredis while it connects again', async () => {
    const client = { status: 'ready', options: {}, call: async () => 'sent' };
    const send = commandsOf(client);
    await send('GET', 'a');
    client.status = 'connecting';
    await expect(send('GET', 'a')).rejects.toThrow('not connected');
    client.status = 'ready';
    expect(await send('GET', 'a')).toBe('sent');
  });
});

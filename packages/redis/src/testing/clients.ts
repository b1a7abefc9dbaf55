import { Redis } from 'ioredis';
import oldestIoredis from 'ioredis-oldest';
import { createClient } from 'redis';
import { createClient as createClient5 } from 'redis-5';
import { createClient as createOldestClient } from 'redis-oldest';
import type { RedisClient } from '../client.js';

export interface ConnectedClient {
  readonly client: RedisClient;
  close(): Promise<void>;
}

interface NodeRedis {
  on(event: 'error', listener: () => void): unknown;
  connect(): Promise<unknown>;
  disconnect?(): Promise<unknown>;
  destroy?(): void;
}

/** The newest and the oldest client of each library that we say we work with. */
export const CLIENTS: readonly { name: string; connect(url: string): Promise<ConnectedClient> }[] = [
  { name: 'redis 6', connect: (url) => nodeRedis(createClient({ url })) },
  { name: 'redis 5.0', connect: (url) => nodeRedis(createClient5({ url })) },
  { name: 'redis 4.7', connect: (url) => nodeRedis(createOldestClient({ url })) },
  { name: 'ioredis 6', connect: async (url) => ioredis(new Redis(url)) },
  { name: 'ioredis 5.0', connect: async (url) => ioredis(new oldestIoredis.default(url)) },
];

/** Connects it. */
export async function nodeRedis<Client extends RedisClient & NodeRedis>(
  client: Client,
): Promise<ConnectedClient> {
  client.on('error', () => {});
  await client.connect();
  return {
    client,
    async close() {
      if (client.destroy) client.destroy();
      else await client.disconnect?.();
    },
  };
}

function ioredis(client: Redis | oldestIoredis.default): ConnectedClient {
  client.on('error', () => {});
  return { client, close: async () => client.disconnect() };
}

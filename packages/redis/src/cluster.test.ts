import { randomUUID } from 'node:crypto';
import { describeSessionStore } from '@aihubmix-auth/core/store-contract';
import { freePort } from '@aihubmix-auth/test-support/free-port';
import { Cluster, Redis } from 'ioredis';
import oldestIoredis from 'ioredis-oldest';
import { createClientPool, createCluster, createSentinel } from 'redis';
import { createCluster as createCluster5 } from 'redis-5';
import { createCluster as createOldestCluster } from 'redis-oldest';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { RedisClient } from './client.js';
import { redisStore } from './redis-store.js';
import { nodeRedis } from './testing/clients.js';
import { hasRedisServer, type RedisServer, startRedis, startSentinel } from './testing/redis-server.js';
import { until } from './testing/until.js';

const servers: RedisServer[] = [];
const cleanups: (() => unknown)[] = [];
afterAll(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

async function start(...settings: string[]): Promise<RedisServer> {
  const server = await startRedis(...settings);
  servers.push(server);
  return server;
}

function onError<Client extends { on(event: 'error', listener: () => void): unknown }>(
  client: Client,
): Client {
  client.on('error', () => {});
  return client;
}

type RootNodes = { url: string }[];

const THIRDS = [
  ['0', '5460'],
  ['5461', '10922'],
  ['10923', '16383'],
] as const;

/** Three primaries with a third of the slots each. */
async function startCluster(): Promise<RedisServer[]> {
  const nodes = await Promise.all(
    THIRDS.map(async () => start('--cluster-enabled', 'yes', '--cluster-port', `${await freePort()}`)),
  );
  const clients = nodes.map((node) => new Redis(node.url));
  const [first] = clients;
  for (const [index, [from, to]] of THIRDS.entries()) {
    await clients[index]?.call('CLUSTER', ['ADDSLOTSRANGE', from, to]);
  }
  for (const [index, node] of nodes.entries()) {
    const busPort = await clients[index]?.call('CONFIG', ['GET', 'cluster-port']);
    const [, port = ''] = busPort as string[];
    await first?.call('CLUSTER', ['MEET', '127.0.0.1', `${node.port}`, port]);
  }
  const isWhole = async (client: Redis) => {
    const info = String(await client.call('CLUSTER', ['INFO']));
    return info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3');
  };
  for (const client of clients) await until(() => isWhole(client));
  for (const client of clients) client.disconnect();
  return nodes;
}

function contract(name: string, client: () => RedisClient): void {
  describeSessionStore(name, () => ({ store: redisStore(client(), { prefix: `${randomUUID()}:` }) }), {
    describe,
    it,
  });
}

describe.skipIf(!hasRedisServer())('redisStore on a Redis Cluster (needs redis-server)', () => {
  let nodes: RedisServer[];
  beforeAll(async () => {
    nodes = await startCluster();
  });

  describe.each([
    { name: 'redis 6', connect: (rootNodes: RootNodes) => nodeRedis(createCluster({ rootNodes })) },
    { name: 'redis 5.0', connect: (rootNodes: RootNodes) => nodeRedis(createCluster5({ rootNodes })) },
    { name: 'redis 4.7', connect: (rootNodes: RootNodes) => nodeRedis(createOldestCluster({ rootNodes })) },
  ])('over createCluster of $name', ({ connect }) => {
    let client: RedisClient;
    beforeAll(async () => {
      const connected = await connect(nodes.map(({ url }) => ({ url })));
      client = connected.client;
      cleanups.push(connected.close);
    });
    contract('redisStore', () => client);
  });

  describe.each([
    { name: 'ioredis 6', Client: Cluster },
    { name: 'ioredis 5.0', Client: oldestIoredis.Cluster },
  ])('over Cluster of $name', ({ Client }) => {
    let client: Cluster | oldestIoredis.Cluster;
    beforeAll(() => {
      client = onError(new Client(nodes.map(({ port }) => ({ host: '127.0.0.1', port }))));
      cleanups.push(() => client.disconnect());
    });
    contract('redisStore', () => client);
  });
});

describe.skipIf(!hasRedisServer())('redisStore behind Sentinel (needs redis-server)', () => {
  let sentinel: RedisServer;
  beforeAll(async () => {
    const primary = await start();
    sentinel = await startSentinel(primary);
    servers.push(sentinel);
  });

  describe('over createSentinel of redis 6', () => {
    let client: ReturnType<typeof createSentinel>;
    beforeAll(async () => {
      client = createSentinel({
        name: 'main',
        sentinelRootNodes: [{ host: '127.0.0.1', port: sentinel.port }],
      });
      onError(client);
      await client.connect();
      cleanups.push(() => client.destroy());
    });
    contract('redisStore', () => client);
  });

  describe('over ioredis 6', () => {
    let client: Redis;
    beforeAll(() => {
      client = onError(new Redis({ name: 'main', sentinels: [{ host: '127.0.0.1', port: sentinel.port }] }));
      cleanups.push(() => client.disconnect());
    });
    contract('redisStore', () => client);
  });
});

describe.skipIf(!hasRedisServer())('redisStore over a pool (needs redis-server)', () => {
  let client: ReturnType<typeof createClientPool>;
  beforeAll(async () => {
    const { url } = await start();
    client = onError(createClientPool({ url }));
    await client.connect();
    cleanups.push(() => client.destroy());
  });
  contract('redisStore', () => client);
});

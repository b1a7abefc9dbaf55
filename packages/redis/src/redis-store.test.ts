import { randomUUID } from 'node:crypto';
import { describeSessionStore } from '@aihubmix-auth/core/store-contract';
import { afterAll, beforeAll, describe, it } from 'vitest';
import type { RedisClient } from './client.js';
import { redisStore } from './redis-store.js';
import { CLIENTS } from './testing/clients.js';
import { hasRedisServer, type RedisServer, startRedis } from './testing/redis-server.js';

describe.skipIf(!hasRedisServer()).each(CLIENTS)(
  'redisStore over $name (needs redis-server)',
  ({ connect }) => {
    let server: RedisServer | undefined;
    let client: RedisClient;
    let close: (() => Promise<void>) | undefined;

    beforeAll(async () => {
      server = await startRedis();
      ({ client, close } = await connect(server.url));
    });
    afterAll(async () => {
      await close?.();
      await server?.stop();
    });

    describeSessionStore(
      'redisStore',
      () => ({ store: redisStore(client, { prefix: `${randomUUID()}:` }) }),
      {
        describe,
        it,
      },
    );
  },
);

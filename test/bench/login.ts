import { type Aihubmix, type AihubmixOptions, createAihubmix, type SessionStore } from '@aihubmix-auth/core';
import { type RedisClient, redisStore } from '@aihubmix-auth/redis';
import { createClient } from 'redis';

/** The origin that browsers would see. */
export const ORIGIN = 'http://localhost:3000';

/** What all processes of the bench have in common. */
export interface LoginSettings {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly baseUrl: string;
}

/** For programs that never ask the provider. */
export const NO_PROVIDER: LoginSettings = {
  clientId: 'client_bench',
  clientSecret: 'secret_bench',
  baseUrl: 'http://127.0.0.1:9',
};

export function createLogin(
  settings: LoginSettings,
  store: SessionStore,
  options: Partial<AihubmixOptions> = {},
): Aihubmix {
  return createAihubmix({
    ...settings,
    redirectUri: `${ORIGIN}/auth/callback`,
    sessionSecret: 'a secret of the bench, long enough for all of them',
    store,
    ...options,
  });
}

/** A login over one Redis. */
export interface RedisLogin {
  readonly auth: Aihubmix;
  /** What Redis has in use, in bytes. */
  usedMemory(): Promise<number>;
  /** What Redis has spent on its work so far, in microseconds of CPU. */
  usedCpu(): Promise<number>;
  close(): Promise<void>;
}

export async function loginOnRedis(
  url: string,
  settings: LoginSettings,
  options: Partial<AihubmixOptions> = {},
): Promise<RedisLogin> {
  const client = createClient({ url });
  client.on('error', () => {});
  await client.connect();
  const auth = createLogin(settings, redisStore(client satisfies RedisClient), options);
  return {
    auth,
    usedMemory: async () => Number(/used_memory:(\d+)/.exec(await client.info('memory'))?.[1]),
    async usedCpu() {
      const times = [...(await client.info('cpu')).matchAll(/used_cpu_(?:sys|user):([\d.]+)/g)];
      return 1e6 * times.reduce((sum, [, seconds]) => sum + Number(seconds), 0);
    },
    async close() {
      client.destroy();
      await auth.close();
    },
  };
}

import { ConfigurationError, type SessionStore } from '@aihubmix-auth/core';
import { redisStore } from '@aihubmix-auth/redis';
import { createClient } from 'redis';
import { tell } from './log.js';

/** How long the first connection is waited for, in milliseconds. Without one the app starts and answers 503. */
const FIRST_CONNECTION = 2_000;

/** A session store, and how to let go of what it holds open. */
export interface DemoStore {
  readonly store: SessionStore;
  close(): Promise<void>;
}

/**
 * The shared store that `REDIS_URL` names; undefined where it is not set: sessions are kept in this process then.
 *
 * @throws ConfigurationError for a variable that cannot work.
 */
export async function storeFromEnv(env: NodeJS.ProcessEnv): Promise<DemoStore | undefined> {
  const url = env.REDIS_URL;
  if (url === undefined) return undefined;
  if (url.trim() === '') {
    throw new ConfigurationError([
      'REDIS_URL is empty: give it a URL such as redis://localhost:6379, or unset it.',
    ]);
  }
  if (!/^rediss?:\/\/./i.test(url) || !URL.canParse(url)) {
    throw new ConfigurationError(['REDIS_URL must be a redis:// or rediss:// URL.']);
  }
  return connect(url);
}

async function connect(url: string): Promise<DemoStore> {
  const client = createClient({ url });
  client.on('error', (error: Error) => tell(`redis: ${error.message || error.name}`));
  const connected = client.connect().catch(() => undefined);
  await Promise.race([connected, new Promise((resolve) => setTimeout(resolve, FIRST_CONNECTION).unref())]);
  return { store: redisStore(client), close: async () => client.destroy() };
}

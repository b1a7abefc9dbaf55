import { ConfigurationError, type SessionStore } from '@aihubmix-auth/core';

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
  throw new ConfigurationError(['REDIS_URL is set, but this build has no Redis store yet.']);
}

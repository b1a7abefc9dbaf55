import { type Aihubmix, createAihubmix, optionsFromEnv } from '@aihubmix-auth/core';
import { loginAs } from '@aihubmix-auth/core/testing';
import { createMockServer, type MockServer, type MockServerOptions } from '@aihubmix-auth/mock-server';
import { redisStore } from '@aihubmix-auth/redis';
import { type RedisServer, startRedis, until } from '@aihubmix-auth/redis/testing';
import { createClient } from 'redis';
import { type AppProcess, ORIGIN, startApp } from './app-process.js';

/** Several processes of one application, on one Redis, in front of one provider. */
export interface Fleet {
  readonly provider: MockServer;
  readonly redis: RedisServer;
  readonly apps: readonly AppProcess[];
  /** Takes one process by its number. */
  app(index: number): AppProcess;
  /** Starts a process in the place of another, which is killed if it still runs. */
  replace(index: number, env?: Readonly<Record<string, string>>): Promise<void>;
  /**
   * Begins a session with tokens of the provider, and answers its cookie.
   *
   * @param expiresIn how long the access token works, in seconds; 0 for one that is over already.
   */
  login(user: { readonly id: number; readonly username: string }, expiresIn?: number): Promise<string>;
  /** Ends Redis, gently or not, and starts it again on its port and directory. Answers when it can be asked again. */
  restartRedis(signal: 'SIGTERM' | 'SIGKILL'): Promise<void>;
  /** Sends a command to Redis. */
  command(...args: string[]): Promise<unknown>;
  stop(): Promise<void>;
}

export interface FleetSettings {
  readonly processes: number;
  /** As on the command line of redis-server. */
  readonly redis?: readonly string[];
  readonly provider?: MockServerOptions;
  /** Further variables of every process. */
  readonly env?: Readonly<Record<string, string>>;
}

export const ADA = { id: 12345, username: 'ada' };
export const GRACE = { id: 67890, username: 'grace' };

/** Settings of a Redis that forgets nothing that it has acknowledged. */
export const DURABLE = ['--appendonly', 'yes', '--appendfsync', 'always'];

export async function startFleet({
  processes,
  redis: redisSettings = [],
  provider: options,
  env: more = {},
}: FleetSettings): Promise<Fleet> {
  const provider = createMockServer(options);
  const { clientId, clientSecret } = provider.addApp({ redirectUris: [`${ORIGIN}/auth/callback`] });
  const [baseUrl, redis] = await Promise.all([provider.listen(), startRedis(...redisSettings)]);
  const env = {
    AIHUBMIX_CLIENT_ID: clientId,
    AIHUBMIX_CLIENT_SECRET: clientSecret,
    AIHUBMIX_REDIRECT_URI: `${ORIGIN}/auth/callback`,
    AIHUBMIX_SESSION_SECRET: 'a secret of the tests, long enough for all of them',
    AIHUBMIX_BASE_URL: baseUrl,
    REDIS_URL: redis.url,
  };
  let started = 0;
  const start = (index: number, own: Readonly<Record<string, string>> = {}): Promise<AppProcess> => {
    started += 1;
    const client = index % 2 === 0 ? 'redis' : 'ioredis';
    return startApp(`process-${started}`, { ...env, REDIS_CLIENT: client, ...more, ...own });
  };
  const apps = await Promise.all(Array.from({ length: processes }, (_, index) => start(index)));
  const { auth, command, close } = await ownAuth(env);
  let redisPid = await pidOf(command);
  return {
    provider,
    redis,
    apps,
    app(index) {
      const app = apps[index];
      if (app === undefined) throw new RangeError(`There is no process ${index}.`);
      return app;
    },
    async replace(index, own) {
      await apps[index]?.kill();
      apps[index] = await start(index, own);
    },
    login({ id, username }, expiresIn = 7_200) {
      const { accessToken, refreshToken } = provider.issueTokens({ clientId, userId: id, expiresIn });
      return loginAs(auth, { id: `${id}`, username, accessToken, refreshToken, expiresIn });
    },
    async restartRedis(signal) {
      process.kill(redisPid, signal);
      await redis.down();
      await redis.up();
      await until(async () => (await command('PING')) === 'PONG');
      redisPid = await pidOf(command);
    },
    command,
    async stop() {
      await Promise.all(apps.map((app) => app.kill()));
      await close();
      await Promise.all([provider.close(), redis.stop()]);
    },
  };
}

async function pidOf(command: Fleet['command']): Promise<number> {
  return Number(/^process_id:(\d+)/m.exec(`${await command('INFO', 'server')}`)?.[1]);
}

interface OwnAuth extends Pick<Fleet, 'command'> {
  readonly auth: Aihubmix;
  close(): Promise<void>;
}

/** The login itself, in this process and on the same store. */
async function ownAuth(env: NodeJS.ProcessEnv): Promise<OwnAuth> {
  const client = createClient({ url: `${env.REDIS_URL}` });
  client.on('error', () => {});
  await client.connect();
  const auth = createAihubmix({ ...optionsFromEnv(env), store: redisStore(client) });
  return {
    auth,
    command: (...args) => client.sendCommand(args),
    async close() {
      client.destroy();
      await auth.close();
    },
  };
}

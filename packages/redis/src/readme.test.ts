import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createMockServer } from '@aihubmix-auth/mock-server';
import { freePort } from '@aihubmix-auth/test-support/free-port';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { hasRedisServer, startRedis } from './testing/redis-server.js';
import { until } from './testing/until.js';

const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
const programs = [...readme.matchAll(/```ts\n([\s\S]*?)```/g)].map(([, program = '']) => program);

describe.skipIf(!hasRedisServer())('the programs of the README (need redis-server)', () => {
  const cleanups: (() => unknown)[] = [];
  afterEach(async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  });

  /** Runs a program on a Redis and a provider of its own. */
  async function run(
    program: string,
  ): Promise<{ url: string; redis: Redis; authorize: (url: string) => Promise<string> }> {
    const [server, port] = [await startRedis(), await freePort()];
    const redis = new Redis(server.url);
    const url = `http://localhost:${port}`;
    const provider = createMockServer();
    const app = provider.addApp({ redirectUris: [`${url}/auth/callback`] });
    const file = fileURLToPath(new URL(`readme-${port}.ts`, import.meta.url));
    await writeFile(file, program);
    cleanups.push(
      () => server.stop(),
      () => redis.disconnect(),
      () => provider.close(),
      () => rm(file),
    );
    const env = {
      PATH: process.env.PATH,
      PORT: `${port}`,
      REDIS_URL: server.url,
      AIHUBMIX_BASE_URL: await provider.listen(),
      AIHUBMIX_CLIENT_ID: app.clientId,
      AIHUBMIX_CLIENT_SECRET: app.clientSecret,
      AIHUBMIX_REDIRECT_URI: `${url}/auth/callback`,
      AIHUBMIX_SESSION_SECRET: 'a secret of the tests, long enough for all of them',
    };
    const running = spawn(process.execPath, ['--import', 'tsx', file], { env, stdio: 'inherit' });
    cleanups.push(() => ended(running));
    await until(async () => (await fetch(`${url}/private`)).status === 401, 20_000);
    return { url, redis, authorize: (location) => provider.authorize(location, 12345) };
  }

  it('are one for each client', () => {
    expect(programs.map((program) => /from '(redis|ioredis)'/.exec(program)?.[1])).toEqual([
      'redis',
      'ioredis',
    ]);
  });

  it.each(programs)('log a user in, with the session in Redis %#', async (program) => {
    const { url, redis, authorize } = await run(program);
    const login = await fetch(`${url}/auth/login`, { redirect: 'manual' });
    const callback = await authorize(login.headers.get('location') ?? '');
    const finished = await fetch(callback, { headers: { cookie: cookiesOf(login) }, redirect: 'manual' });
    expect(finished.status).toBe(303);
    expect(await redis.keys('aihubmix:s:*')).toHaveLength(1);
    const answer = await fetch(`${url}/private`, { headers: { cookie: cookiesOf(finished) } });
    expect(await answer.json()).toMatchObject({ id: '12345', username: 'ada' });
  });
});

function cookiesOf(answer: Response): string {
  return answer.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

async function ended(running: ChildProcess): Promise<void> {
  if (running.exitCode !== null) return;
  const exit = new Promise((resolve) => running.once('exit', resolve));
  running.kill('SIGKILL');
  await exit;
}

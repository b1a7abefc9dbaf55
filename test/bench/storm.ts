import { Secret, type Tokens } from '@aihubmix-auth/core';
import { createMockServer, type MockServer } from '@aihubmix-auth/mock-server';
import { startRedis } from '@aihubmix-auth/redis/testing';
import type { AppCost, AppQuestion } from './app.js';
import { type Child, startChild } from './child.js';
import { createCookieFiles } from './cookie-files.js';
import { decimals, table, whole } from './figures.js';
import type { LoadResult, OnceOrder, SteadyOrder } from './load.js';
import { type LoginSettings, loginOnRedis, ORIGIN } from './login.js';
import { beginSessions, userOf } from './sessions.js';

export interface StormSettings {
  readonly sessions: number;
  readonly processes: number;
  /** How many requests are sent with one session at the same moment, each to another process. */
  readonly copies: number;
  /** How many requests are under way at the same moment. */
  readonly inFlight: number;
}

export interface StormResult {
  readonly settings: StormSettings;
  readonly refreshes: number;
  readonly violations: number;
  readonly load: LoadResult;
  /** Of all processes, the worst. */
  readonly delay: AppCost['delay'];
}

type App = Child<AppQuestion, AppCost>;
type Load = Child<SteadyOrder | OnceOrder, LoadResult>;

/** Sessions whose access tokens are all over are asked for something that needs a token. */
export async function measureStorm(settings: StormSettings): Promise<StormResult> {
  const provider = createMockServer();
  const { clientId, clientSecret } = provider.addApp({ redirectUris: [`${ORIGIN}/auth/callback`] });
  const [baseUrl, redis, files] = await Promise.all([provider.listen(), startRedis(), createCookieFiles()]);
  const login: LoginSettings = { clientId, clientSecret, baseUrl };
  const apps = Array.from(
    { length: settings.processes },
    (): App => startChild(new URL('app.ts', import.meta.url)),
  );
  const load: Load = startChild(new URL('load.ts', import.meta.url));
  try {
    const started = await Promise.all(
      apps.map((app) => app.ask({ kind: 'serve', settings: login, redisUrls: [redis.url] })),
    );
    const cookies = await files.write(await spentSessions(provider, login, redis.url, settings.sessions));
    const urls = started.map(({ url }) => url);
    const result = await rage(settings, apps, load, urls, cookies);
    const refreshes = provider.count('token', 'refresh_token');
    return { settings, refreshes, violations: provider.violations.length, ...result };
  } finally {
    await Promise.all([load, ...apps].map((child) => child.stop()));
    await Promise.all([provider.close(), redis.stop(), files.remove()]);
  }
}

async function rage(
  { copies, inFlight }: StormSettings,
  apps: readonly App[],
  load: Load,
  urls: readonly string[],
  cookies: string,
): Promise<Pick<StormResult, 'load' | 'delay'>> {
  const costs = () => Promise.all(apps.map((app) => app.ask({ kind: 'cost' })));
  const concurrency = Math.max(Math.floor(inFlight / copies), 1);
  await warmUp(load, urls, cookies);
  await costs();
  const result = await load.ask({ kind: 'once', urls, path: '/auth/balance', cookies, copies, concurrency });
  return { load: result, delay: worstOf(await costs()) };
}

/** So that what is measured is the storm, not the start of the processes. */
async function warmUp(load: Load, urls: readonly string[], cookies: string): Promise<void> {
  for (const url of urls) {
    await load.ask({ kind: 'steady', url, path: '/open', cookies, connections: 10, seconds: 0.2 });
  }
}

async function spentSessions(
  provider: MockServer,
  login: LoginSettings,
  redisUrl: string,
  count: number,
): Promise<string[]> {
  const { auth, close } = await loginOnRedis(redisUrl, login);
  const cookies = await beginSessions(auth, count, (index) => spentTokens(provider, login.clientId, index));
  await close();
  return cookies;
}

function spentTokens(provider: MockServer, clientId: string, index: number): Tokens {
  const { id, username, email, createdAt } = userOf(index);
  // The same as in the session: a change would be written into it.
  const createdTime = Date.parse(createdAt ?? '') / 1000;
  provider.addUser({ id, username, email, createdTime, balance: '1.00' });
  const { accessToken, refreshToken } = provider.issueTokens({ clientId, userId: id, expiresIn: 0 });
  return { access: new Secret(accessToken), refresh: new Secret(refreshToken), lifetime: 0 };
}

function worstOf(costs: readonly AppCost[]): AppCost['delay'] {
  const worst = (of: keyof AppCost['delay']) => Math.max(...costs.map(({ delay }) => delay[of]));
  return { p50: worst('p50'), p99: worst('p99'), max: worst('max') };
}

export function reportStorms(results: readonly StormResult[]): string {
  const [first] = results;
  if (first === undefined) throw new TypeError('There was no storm.');
  const { sessions, processes, inFlight } = first.settings;
  const rows = results.map(({ settings, refreshes, violations, load, delay }) => [
    `${settings.copies}`,
    whole(load.requests),
    answers(load),
    `**${whole(refreshes)}**`,
    `${violations}`,
    `${decimals(load.seconds)} s`,
    whole(refreshes / load.seconds),
    [load.p50, load.p99, load.max].map((value) => whole(value)).join(' / '),
    [delay.p50, delay.p99, delay.max].map((value) => decimals(value)).join(' / '),
  ]);
  return `${whole(sessions)} sessions whose access tokens are all over, each asked for \`GET /auth/balance\`: a refresh, then a call with the new
token. ${processes} processes on one Redis and one mock provider, ${inFlight} requests under way at any moment. Several requests with one session are
sent at the same moment, to different processes in turn. The provider must see ${whole(sessions)} refreshes, one per session, and no spent
token. The delay of the event loop is that of the worst process; here all processes, Redis, the provider and the load share the
cores, so it holds their waiting for a core too.

${table(
  [
    'requests per session',
    'requests',
    'answers',
    'refreshes at the provider',
    'violations there',
    'time',
    'refreshes/s',
    'request p50 / p99 / max, ms',
    'event-loop delay p50 / p99 / max, ms',
  ],
  rows,
)}`;
}

function answers({ statuses }: LoadResult): string {
  return Object.entries(statuses)
    .map(([status, count]) => `${whole(count)} × ${status}`)
    .join(', ');
}

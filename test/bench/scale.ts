import { type RedisServer, startRedis } from '@aihubmix-auth/redis/testing';
import type { AppCost, AppQuestion } from './app.js';
import { type Child, startChild } from './child.js';
import { type CookieFiles, createCookieFiles } from './cookie-files.js';
import type { LoadResult, SteadyOrder } from './load.js';
import { loginOnRedis, NO_PROVIDER, type RedisLogin } from './login.js';
import { beginSessions, tokensOf } from './sessions.js';

export interface ScaleSettings {
  /** How many sessions there are, one Redis for each, the fewest first. */
  readonly sizes: readonly [number, ...number[]];
  readonly rounds: number;
  /** How long one size is asked in one round. */
  readonly seconds: number;
  readonly connections: number;
}

/** One round of one route. */
export interface Round {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
  /** What a request costs each process, in microseconds of its CPU. */
  readonly cpu: number;
  readonly redisCpu: number;
  readonly loadCpu: number;
}

export interface ScaleResult {
  readonly settings: ScaleSettings;
  /** The same server's route without a login. */
  readonly open: readonly Round[];
  /** The most sessions, of which only as many are asked for as there are in the smallest size. */
  readonly few: readonly Round[];
  readonly sizes: readonly (Filled & { readonly rounds: readonly Round[] })[];
}

type App = Child<AppQuestion, AppCost>;
type Load = Child<SteadyOrder, LoadResult>;

/** A Redis with its sessions. */
interface Filled {
  readonly sessions: number;
  /** What Redis has in use, in bytes. */
  readonly usedMemory: number;
}

/** The same, while it is there. */
interface Source extends Filled {
  readonly redisUrl: string;
  readonly login: RedisLogin;
  readonly cookies: string;
  /** A few of them. */
  readonly fewCookies: string;
}

interface Route {
  readonly path: string;
  readonly cookies: string;
  readonly login: RedisLogin;
  readonly rounds: Round[];
}

/**
 * One application, one Redis per size. The sizes are asked in turn, round after round, so that whatever else the
 * machine does hits all of them alike.
 */
export async function measureScale(settings: ScaleSettings): Promise<ScaleResult> {
  const files = await createCookieFiles();
  const servers: RedisServer[] = [];
  const sources: Source[] = [];
  try {
    for (const size of settings.sizes) {
      const server = await startRedis();
      servers.push(server);
      sources.push(await fill(server, size, settings.sizes[0], files));
    }
    return await measured(settings, sources);
  } finally {
    await Promise.all(sources.map(({ login }) => login.close()));
    await Promise.all(servers.map((server) => server.stop()));
    await files.remove();
  }
}

async function fill(
  { url }: RedisServer,
  sessions: number,
  few: number,
  files: CookieFiles,
): Promise<Source> {
  const login = await loginOnRedis(url, NO_PROVIDER, { storeTimeout: 10_000 });
  const cookies = await beginSessions(login.auth, sessions, () => tokensOf(200, 43));
  return {
    sessions,
    usedMemory: await login.usedMemory(),
    redisUrl: url,
    login,
    cookies: await files.write(cookies),
    fewCookies: await files.write(cookies.slice(0, few)),
  };
}

async function measured(settings: ScaleSettings, sources: readonly Source[]): Promise<ScaleResult> {
  const first = sources[0];
  const last = sources.at(-1);
  if (first === undefined || last === undefined) throw new TypeError('There are no sizes.');
  const app: App = startChild(new URL('app.ts', import.meta.url));
  const load: Load = startChild(new URL('load.ts', import.meta.url));
  try {
    const redisUrls = sources.map(({ redisUrl }) => redisUrl);
    const { url } = await app.ask({ kind: 'serve', settings: NO_PROVIDER, redisUrls });
    const sized = sources.map((source, index) => route(`/private/${index}`, source, source.cookies));
    const few = route(`/private/${sources.length - 1}`, last, last.fewCookies);
    const open = route('/open', first, first.cookies);
    // The first round warms all of them up.
    for (let round = 0; round <= settings.rounds; round += 1) {
      for (const each of [...sized, few, open]) {
        const taken = await takeTurn(settings, app, load, { ...each, url });
        if (round > 0) each.rounds.push(taken);
      }
    }
    const sizes = sources.map(({ sessions, usedMemory }, index) => ({
      sessions,
      usedMemory,
      rounds: sized[index]?.rounds ?? [],
    }));
    return { settings, open: open.rounds, few: few.rounds, sizes };
  } finally {
    await Promise.all([app.stop(), load.stop()]);
  }
}

async function takeTurn(
  { connections, seconds }: ScaleSettings,
  app: App,
  load: Load,
  { url, path, cookies, login }: Route & { readonly url: string },
): Promise<Round> {
  await app.ask({ kind: 'cost' });
  const redisBefore = await login.usedCpu();
  const result = await load.ask({ kind: 'steady', url, path, cookies, connections, seconds });
  const redisCpu = (await login.usedCpu()) - redisBefore;
  const { cpu } = await app.ask({ kind: 'cost' });
  return roundOf(result, cpu, redisCpu);
}

function route(path: string, { login }: Source, cookies: string): Route {
  return { path, cookies, login, rounds: [] };
}

function roundOf(result: LoadResult, cpu: number, redisCpu: number): Round {
  const { requests, seconds, p50, p99, statuses } = result;
  if (statuses[200] !== requests) throw new Error(`Not all answers are 200: ${JSON.stringify(statuses)}.`);
  return {
    perSecond: requests / seconds,
    p50,
    p99,
    cpu: cpu / requests,
    redisCpu: redisCpu / requests,
    loadCpu: result.cpu / requests,
  };
}

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '@aihubmix-auth/redis/testing';
import type { Point } from './watched.js';

/** The origin that browsers see in front of all processes. */
export const ORIGIN = 'http://localhost:3000';

/** What the routes answer, as far as the tests look at it. */
export interface Body {
  readonly error?: string;
  readonly authenticated?: boolean;
  readonly user?: { readonly id: string; readonly username: string };
  /** Of `/private`. */
  readonly id?: string;
  /** Of `/auth/balance`. */
  readonly amount?: string;
}

export async function bodyOf(answer: Response): Promise<Body> {
  return (await answer.json()) as Body;
}

/** Whether the process takes the cookie for a session. */
export async function isLoggedIn(app: AppProcess, cookie: string): Promise<boolean | undefined> {
  return (await bodyOf(await app.get('/auth/session', cookie))).authenticated;
}

/** How long an answer is waited for. */
export interface Patience {
  readonly signal: AbortSignal;
}

/** The application in a process of its own. */
export interface AppProcess {
  /** Tells it from all others of the fleet, those before it included. */
  readonly name: string;
  /** Whether `kill` was called. */
  readonly killed: boolean;
  get(path: string, cookie?: string, init?: Patience): Promise<Response>;
  logout(cookie: string, init?: Patience): Promise<Response>;
  /** Waits until a refresh in it has stopped at the point, which its variable `STOP_AT` names. */
  stoppedAt(point: Point): Promise<void>;
  /** Lets all that has stopped go on. */
  goOn(): void;
  /** SIGKILL: no time for a last word. */
  kill(): Promise<void>;
}

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

export async function startApp(name: string, env: Readonly<Record<string, string>>): Promise<AppProcess> {
  const app = spawn(process.execPath, ['--import', 'tsx', worker], {
    env: { PATH: process.env.PATH, ...env, PROCESS: name },
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  const killNow = () => app.kill('SIGKILL');
  process.once('exit', killNow);
  app.once('exit', () => process.off('exit', killNow));
  const stops: unknown[] = [];
  app.on('message', (point) => stops.push(point));
  const url = await listeningUrl(app);
  let killed = false;
  return {
    name,
    get killed() {
      return killed;
    },
    get: (path, cookie, init) =>
      fetch(url + path, { ...init, headers: cookieHeader(cookie), redirect: 'manual' }),
    logout: (cookie, init) =>
      fetch(`${url}/auth/logout`, {
        ...init,
        method: 'POST',
        headers: { ...cookieHeader(cookie), origin: ORIGIN },
      }),
    stoppedAt: (point) => until(() => stops.includes(point)),
    goOn: () => void app.send('go on'),
    async kill() {
      killed = true;
      if (app.exitCode !== null || app.signalCode !== null) return;
      const ended = new Promise((resolve) => app.once('exit', resolve));
      killNow();
      await ended;
    },
  };
}

async function listeningUrl(app: ChildProcess): Promise<string> {
  if (app.stdout === null) throw new Error('The process has no output.');
  for await (const line of createInterface({ input: app.stdout })) {
    const url = /^listening on (\S+)$/.exec(line)?.[1];
    if (url !== undefined) return url;
  }
  throw new Error('The application did not start.');
}

function cookieHeader(cookie: string | undefined): Record<string, string> {
  return { accept: 'application/json', ...(cookie === undefined ? {} : { cookie }) };
}

/** The first cookie that an answer sets, or the first that looks so. */
export function cookieIn(answer: Response, like = /^[^;]+/): string {
  for (const cookie of answer.headers.getSetCookie()) {
    const pair = like.exec(cookie)?.[0];
    if (pair !== undefined) return pair;
  }
  throw new Error('The answer sets no such cookie.');
}

/** The session cookie among those that an answer sets. */
export function sessionCookieIn(answer: Response): string {
  return cookieIn(answer, /^aihubmix=[^;]+/);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** The origin that browsers see in front of all processes. */
export const ORIGIN = 'http://localhost:3000';

/** What the routes answer, as far as the tests look at it. */
export interface Body {
  readonly error?: string;
  readonly authenticated?: boolean;
  readonly user?: { readonly username: string };
}

export async function bodyOf(answer: Response): Promise<Body> {
  return (await answer.json()) as Body;
}

/** Whether the process takes the cookie for a session. */
export async function isLoggedIn(app: AppProcess, cookie: string): Promise<boolean | undefined> {
  return (await bodyOf(await app.get('/auth/session', cookie))).authenticated;
}

/** The application in a process of its own. */
export interface AppProcess {
  get(path: string, cookie?: string): Promise<Response>;
  logout(cookie: string): Promise<Response>;
  /** SIGKILL: no time for a last word. */
  kill(): Promise<void>;
}

const worker = fileURLToPath(new URL('worker.ts', import.meta.url));

export async function startApp(env: Readonly<Record<string, string>>): Promise<AppProcess> {
  const app = spawn(process.execPath, ['--import', 'tsx', worker], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const kill = () => app.kill('SIGKILL');
  process.once('exit', kill);
  app.once('exit', () => process.off('exit', kill));
  const url = await listeningUrl(app);
  return {
    get: (path, cookie) => fetch(url + path, { headers: cookieHeader(cookie), redirect: 'manual' }),
    logout: (cookie) =>
      fetch(`${url}/auth/logout`, { method: 'POST', headers: { ...cookieHeader(cookie), origin: ORIGIN } }),
    async kill() {
      if (app.exitCode !== null || app.signalCode !== null) return;
      const ended = new Promise((resolve) => app.once('exit', resolve));
      kill();
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

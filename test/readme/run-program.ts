import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { createMockServer, type MockServer } from '@aihubmix-auth/mock-server';

const ADA = 12345;

export interface RunningProgram {
  /** Where the program listens. */
  readonly url: string;
  /** Logs ada in with one click, as a browser does, and answers her session cookies as a `Cookie` header. */
  login(): Promise<string>;
  stop(): Promise<void>;
}

/** Runs a program of a README as its reader would: in a file of its own, with its options from the environment. */
export async function runProgram(source: string): Promise<RunningProgram> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const mock = createMockServer();
  const baseUrl = await mock.listen();
  const redirectUri = `${url}/auth/callback`;
  const { clientId, clientSecret } = mock.addApp({ redirectUris: [redirectUri] });
  // Beside this file, so that the program's imports are found in the packages that this folder depends on.
  const folder = await mkdtemp(join(import.meta.dirname, '.program-'));
  const file = join(folder, 'program.ts');
  await writeFile(file, source);
  const program = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: join(import.meta.dirname, '../..'),
    stdio: ['ignore', 'ignore', 'pipe'],
    env: {
      ...process.env,
      PORT: String(port),
      AIHUBMIX_BASE_URL: baseUrl,
      AIHUBMIX_CLIENT_ID: clientId,
      AIHUBMIX_CLIENT_SECRET: clientSecret,
      AIHUBMIX_REDIRECT_URI: redirectUri,
      AIHUBMIX_SESSION_SECRET: 'a secret for the programs of the README',
      SESSION_SECRET: 'a secret for the session of the app itself',
    },
  });

  async function stop(): Promise<void> {
    if (program.exitCode === null) {
      program.kill();
      await once(program, 'exit');
    }
    await mock.close();
    await rm(folder, { recursive: true, force: true });
  }

  try {
    await answers(`${url}/auth/session`, program);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, login: () => loginAt(url, mock), stop };
}

async function loginAt(url: string, mock: MockServer): Promise<string> {
  const begun = await fetch(`${url}/auth/login?returnTo=/private`, { redirect: 'manual' });
  const callback = await mock.authorize(begun.headers.get('location') ?? '', ADA);
  const done = await fetch(callback, { redirect: 'manual', headers: { cookie: cookiesOf(begun) } });
  if (done.headers.get('location') !== '/private')
    throw new Error(`the login ended at ${done.headers.get('location')}`);
  return cookiesOf(done);
}

function cookiesOf(response: Response): string {
  const kept = response.headers.getSetCookie().filter((cookie) => !cookie.includes('Max-Age=0'));
  return kept.map((cookie) => cookie.split(';', 1)[0]).join('; ');
}

/** Asks until the program answers; fails with what it printed when it ends instead. */
async function answers(url: string, program: ChildProcess): Promise<void> {
  let printed = '';
  program.stderr?.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
  });
  for (const deadline = Date.now() + 20_000; Date.now() < deadline; ) {
    if (program.exitCode !== null) break;
    const ok = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the program did not answer:\n${printed}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

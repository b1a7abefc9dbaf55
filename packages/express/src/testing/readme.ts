import { type ChildProcess, spawn } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createMockServer } from '@aihubmix-auth/mock-server';
import { ADA, Browser, clientOf } from './site.js';

/** What a program of the README answered. */
export interface Tried {
  /** Where the guard sent a browser that was not logged in. */
  readonly sentTo: string | null;
  /** Where the login ended. */
  readonly endedAt: string | null;
  /** What `/private` showed then. */
  readonly shown: string;
  readonly violations: readonly string[];
}

/** Runs the first program of a package's README as its user would, and logs in. */
export async function tryReadme(packageFolder: URL): Promise<Tried> {
  const readme = await readFile(new URL('README.md', packageFolder), 'utf8');
  const program = fileURLToPath(new URL(`src/readme-program-${process.pid}.ts`, packageFolder));
  await writeFile(program, /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '');
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const mock = createMockServer();
  const client = clientOf(mock, `${origin}/auth/callback`);
  const child = spawn(process.execPath, ['--import', 'tsx', program], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      PORT: String(port),
      AIHUBMIX_CLIENT_ID: client.clientId,
      AIHUBMIX_CLIENT_SECRET: client.clientSecret,
      AIHUBMIX_REDIRECT_URI: client.redirectUri,
      AIHUBMIX_SESSION_SECRET: client.sessionSecret,
      AIHUBMIX_BASE_URL: await mock.listen(),
    },
  });
  try {
    await answers(child, `${origin}/auth/session`);
    const browser = new Browser(origin, mock);
    const sent = await browser.visit('/private');
    const done = await browser.login({ userId: ADA, at: '/auth/login?returnTo=/private' });
    const shown = await (await browser.visit('/private')).text();
    return {
      sentTo: sent.headers.get('location'),
      endedAt: done.headers.get('location'),
      shown,
      violations: mock.violations,
    };
  } finally {
    child.kill();
    await mock.close();
    await rm(program);
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== 'object' || address === null) throw new Error('no port');
  return address.port;
}

/** Asks until the program answers, or ends. */
async function answers(child: ChildProcess, url: string): Promise<void> {
  while (child.exitCode === null) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`the program of the README ended with ${child.exitCode}`);
}

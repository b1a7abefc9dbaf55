import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createMockServer } from '@aihubmix-auth/mock-server';
import { expect, it, onTestFinished } from 'vitest';
import { Visitor } from './testing/visitor.js';

it('starts with a program that works', async () => {
  const provider = createMockServer();
  const port = await freePort();
  const base = `http://localhost:${port}`;
  const redirectUri = `${base}/auth/callback`;
  const { clientId, clientSecret } = provider.addApp({ redirectUris: [redirectUri] });
  const baseUrl = await provider.listen();
  onTestFinished(() => provider.close());

  const child = await run(await firstProgram(), {
    PORT: String(port),
    AIHUBMIX_BASE_URL: baseUrl,
    AIHUBMIX_CLIENT_ID: clientId,
    AIHUBMIX_CLIENT_SECRET: clientSecret,
    AIHUBMIX_REDIRECT_URI: redirectUri,
    AIHUBMIX_SESSION_SECRET: 'of-a-test-and-at-least-32-characters-long',
  });
  await answers(`${base}/auth/session`, child);

  const ada = new Visitor(base, provider);
  const refused = await ada.navigate('/private');
  const callback = await ada.logIn(12345, refused.headers.get('location') ?? '');
  expect(callback.headers.get('location')).toBe('/private');
  expect(await (await ada.navigate('/private')).json()).toMatchObject({ username: 'ada' });

  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([null, 'SIGTERM']);
});

async function firstProgram(): Promise<string> {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  return /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
}

/** Runs a program as a file of this package, under the workspace's compiler options. */
async function run(program: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const file = fileURLToPath(new URL(`./readme-${process.pid}.tmp.ts`, import.meta.url));
  await writeFile(file, program);
  onTestFinished(() => rm(file));
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    cwd: fileURLToPath(new URL('../../..', import.meta.url)),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  while (child.exitCode === null) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await delay(50);
  }
  throw new Error(`The program ended with ${child.exitCode}.`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { createMockServer } from '@aihubmix-auth/mock-server';
import { onTestFinished } from 'vitest';
import { createVisitor, type Visitor } from './visitor.js';

const PACKAGE = new URL('../../', import.meta.url);

/** Runs the first program of the README as a user would, until the test is over. */
export async function runReadmeProgram(): Promise<Visitor> {
  const provider = createMockServer();
  const baseUrl = await provider.listen();
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const redirectUri = `${url}/auth/callback`;
  const { clientId, clientSecret } = provider.addApp({ redirectUris: [redirectUri] });

  const file = new URL(`src/.readme-${randomUUID()}.ts`, PACKAGE);
  await writeFile(file, await readmeProgram());
  const program = spawn(process.execPath, ['--import', 'tsx', file.pathname], {
    cwd: PACKAGE,
    stdio: 'inherit',
    env: {
      ...process.env,
      PORT: String(port),
      AIHUBMIX_CLIENT_ID: clientId,
      AIHUBMIX_CLIENT_SECRET: clientSecret,
      AIHUBMIX_REDIRECT_URI: redirectUri,
      AIHUBMIX_SESSION_SECRET: 'an example secret of thirty-two characters',
      AIHUBMIX_BASE_URL: baseUrl,
    },
  });
  onTestFinished(async () => {
    program.kill();
    await rm(file);
    await provider.close();
  });

  await answers(url);
  return createVisitor(url, provider);
}

async function readmeProgram(): Promise<string> {
  const readme = await readFile(new URL('README.md', PACKAGE), 'utf8');
  return /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Waits until somebody listens; the test's own deadline ends it. */
async function answers(url: string): Promise<void> {
  for (;;) {
    try {
      await fetch(url);
      return;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMockServer } from '@aihubmix-auth/mock-server';
import { Browser, freePort, optionsFor } from '@aihubmix-auth/test-support';

export interface RunningProgram {
  /** Visits the program, and has an account at its provider. */
  readonly browser: Browser;
  stop(): Promise<void>;
}

/** Runs a program of a README as its reader would: in a file of its own, with its options from the environment. */
export async function runProgram(source: string): Promise<RunningProgram> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const mock = createMockServer();
  const baseUrl = await mock.listen();
  const { clientId, clientSecret, redirectUri, sessionSecret } = optionsFor(mock, url);
  // Beside this file, so that the program's imports are found in the packages that this folder depends on; with no dot
  // before its name, so that the workspace's tsconfig.json counts it in.
  const folder = await mkdtemp(join(import.meta.dirname, 'program-'));
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
      AIHUBMIX_SESSION_SECRET: sessionSecret,
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
  return { browser: new Browser(url, mock), stop };
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

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { TARGETS } from '../../packages/demo/src/target.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** How long the demo may take to be ready, in milliseconds. */
const PATIENCE = 20_000;

/** The targets that are there. */
export const PRESENT_TARGETS = TARGETS.filter((target) =>
  existsSync(new URL(`../../packages/demo/src/targets/${target}.ts`, import.meta.url)),
);

/** A demo command that was started, and what it has said so far. */
export interface Command {
  readonly process: ChildProcessByStdio<null, Readable, Readable>;
  readonly output: { stdout: string; stderr: string };
  /** Where it listens, once it has said so. */
  url(): Promise<string>;
  /** Its exit code, or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts the demo the way the root script does. Of the environment it gets `env` and the search path only. */
export function startCommand(args: readonly string[], env: Readonly<Record<string, string>> = {}): Command {
  return start('node', ['--import', 'tsx', 'packages/demo/src/main.ts', ...args], {
    PATH: process.env.PATH ?? '',
    ...env,
  });
}

/** Starts the demo as people do. */
export function startByNpx(args: readonly string[]): Command {
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^(AIHUBMIX_|REDIS_URL$)/.test(name)) delete env[name];
  return start('npx', ['pnpm', 'demo', ...args], env);
}

function start(file: string, args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const child = spawn(file, args, { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const ended = once(child, 'close').then(
    ([code, signal]: (number | string | null)[]) => code ?? signal ?? 'lost',
  );
  const url = () =>
    eventually('it listens', async () => {
      if (child.exitCode !== null) throw new Error(`the demo ended: ${output.stderr}`);
      return /^listening on (\S+)\n/m.exec(output.stdout)?.[1];
    });
  return { process: child, output, url, ended };
}

/** Asks again and again until `answer` has one, and fails when that takes too long. */
export async function eventually<Answer>(
  what: string,
  answer: () => Promise<Answer | undefined>,
  patience = PATIENCE,
): Promise<Answer> {
  const deadline = Date.now() + patience;
  while (Date.now() < deadline) {
    const found = await answer();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`not within ${patience} ms: ${what}`);
}

/** Whether something accepts connections there. */
export async function isOpen(port: number, host: string): Promise<boolean> {
  const socket = connect({ port, host });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

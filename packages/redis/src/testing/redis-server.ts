import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { freePort } from '@aihubmix-auth/test-support/free-port';

/** A real Redis on a free port of loopback, with a directory of its own. */
export interface RedisServer {
  readonly port: number;
  readonly url: string;
  /** Stops it like a power cut or a frozen machine: connections stay open, nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Ends the process, keeps port and directory. */
  down(): Promise<void>;
  /** Starts it again after `down`. */
  up(): Promise<void>;
  /** Ends the process and removes the directory. */
  stop(): Promise<void>;
}

/**
 * Whether `redis-server` is on the PATH; tests that need it are skipped where it is not.
 *
 * @throws Error where it is missing and REQUIRE_SERVICES says that it must not be.
 */
export function hasRedisServer(): boolean {
  const found = spawnSync('redis-server', ['--version']).status === 0;
  if (!found && process.env.REQUIRE_SERVICES === '1') throw new Error('redis-server is not on the PATH.');
  return found;
}

/** @param settings as on the command line, such as `--appendonly yes`. */
export async function startRedis(...settings: string[]): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'));
  return start(directory, (port) => [...place(port, directory), '--save', '', ...settings]);
}

/** A Sentinel that watches a primary by the name `main`. */
export async function startSentinel(primary: RedisServer): Promise<RedisServer> {
  const directory = await mkdtemp(join(tmpdir(), 'redis-'));
  const config = join(directory, 'sentinel.conf');
  await writeFile(config, `sentinel monitor main 127.0.0.1 ${primary.port} 1\n`);
  return start(directory, (port) => [config, '--sentinel', ...place(port, directory)]);
}

function place(port: number, directory: string): string[] {
  return ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', directory];
}

async function start(directory: string, argsFor: (port: number) => string[]): Promise<RedisServer> {
  const port = await freePort();
  let server: ChildProcess | undefined;

  async function up(): Promise<void> {
    server = await spawnRedis(argsFor(port));
  }

  async function down(): Promise<void> {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = new Promise((resolve) => running.once('exit', resolve));
    running.kill('SIGCONT');
    running.kill('SIGTERM');
    await ended;
  }

  await up();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    freeze: () => server?.kill('SIGSTOP'),
    thaw: () => server?.kill('SIGCONT'),
    down,
    up,
    async stop() {
      await down();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function spawnRedis(args: readonly string[]): Promise<ChildProcess> {
  const server = spawn('redis-server', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const kill = () => server.kill('SIGKILL');
  process.once('exit', kill);
  server.once('exit', () => process.off('exit', kill));
  const lines: string[] = [];
  for await (const line of createInterface({ input: server.stdout })) {
    lines.push(line);
    if (/Ready to accept connections|Sentinel ID is/.test(line)) {
      server.stdout.resume();
      return server;
    }
  }
  throw new Error(`redis-server did not start:\n${lines.join('\n')}`);
}

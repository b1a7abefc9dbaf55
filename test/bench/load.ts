import { readFileSync } from 'node:fs';
import { answerParent } from './child.js';
import { type Connection, openConnection, type Reply } from './connection.js';
import { quantile } from './figures.js';

/** As many requests as go in so much time, each with a cookie taken at random. */
export interface SteadyOrder {
  readonly kind: 'steady';
  readonly url: string;
  readonly path: string;
  /** A file with one cookie per line. */
  readonly cookies: string;
  readonly connections: number;
  readonly seconds: number;
}

/** Every cookie once, or several times at the same moment, each on another server. */
export interface OnceOrder {
  readonly kind: 'once';
  readonly urls: readonly string[];
  readonly path: string;
  readonly cookies: string;
  /** How many requests are sent with each cookie at the same moment. */
  readonly copies: number;
  /** How many cookies are under way at the same moment. */
  readonly concurrency: number;
}

export interface LoadResult {
  readonly requests: number;
  readonly seconds: number;
  /** Of this process, in microseconds. */
  readonly cpu: number;
  /** In milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** How many answers had which status. */
  readonly statuses: Readonly<Record<string, number>>;
}

/** More would be asked twice in one turn, at any speed seen so far. */
const PICKS = 100_000;

const cookieFiles = new Map<string, Buffer>();

answerParent<SteadyOrder | OnceOrder, LoadResult>((order) =>
  order.kind === 'steady' ? steady(order) : once(order),
);

async function steady({ url, path, cookies, connections, seconds }: SteadyOrder): Promise<LoadResult> {
  // Picked before the clock runs, and as many whatever there are to pick from: the load must cost the same for all.
  const picked = pick(cookies);
  let next = 0;
  const open = await openAll(Array.from({ length: connections }, () => url));
  const tally = createTally();
  const end = performance.now() + seconds * 1000;
  await Promise.all(
    open.map(async (connection) => {
      while (performance.now() < end) {
        const cookie = picked[next % PICKS] ?? '';
        next += 1;
        tally.add(await connection.get(path, cookie));
      }
    }),
  );
  for (const connection of open) connection.close();
  return tally.result();
}

async function once({ urls, path, cookies, copies, concurrency }: OnceOrder): Promise<LoadResult> {
  const waiting = allIn(cookies).values();
  const teams = await Promise.all(
    Array.from({ length: concurrency }, (_, team) =>
      openAll(Array.from({ length: copies }, (_, copy) => urls[(team + copy) % urls.length] ?? '')),
    ),
  );
  const tally = createTally();
  await Promise.all(
    teams.map(async (team) => {
      for (const cookie of waiting) {
        const replies = await Promise.all(team.map((connection) => connection.get(path, cookie)));
        for (const reply of replies) tally.add(reply);
      }
    }),
  );
  for (const connection of teams.flat()) connection.close();
  return tally.result();
}

interface Lines {
  readonly count: number;
  line(index: number): string;
}

/** The cookies are all of one length, so a million of them stay one buffer. */
function linesOf(file: string): Lines {
  const bytes = cookieFiles.get(file) ?? readFileSync(file);
  cookieFiles.set(file, bytes);
  const width = bytes.indexOf('\n') + 1;
  return {
    count: bytes.length / width,
    line: (index) => bytes.toString('latin1', index * width, (index + 1) * width - 1),
  };
}

function allIn(file: string): string[] {
  const { count, line } = linesOf(file);
  return Array.from({ length: count }, (_, index) => line(index));
}

function pick(file: string): string[] {
  const { count, line } = linesOf(file);
  return Array.from({ length: PICKS }, () => line(Math.floor(Math.random() * count)));
}

function openAll(urls: readonly string[]): Promise<Connection[]> {
  return Promise.all(urls.map(openConnection));
}

function createTally() {
  const begin = performance.now();
  const cpuBefore = process.cpuUsage();
  const milliseconds: number[] = [];
  const statuses: Record<string, number> = {};
  return {
    add(reply: Reply): void {
      milliseconds.push(reply.milliseconds);
      statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
    },
    result: (): LoadResult => ({
      requests: milliseconds.length,
      seconds: (performance.now() - begin) / 1000,
      cpu: totalOf(process.cpuUsage(cpuBefore)),
      p50: quantile(milliseconds, 0.5),
      p99: quantile(milliseconds, 0.99),
      max: quantile(milliseconds, 1),
      statuses,
    }),
  };
}

function totalOf({ user, system }: NodeJS.CpuUsage): number {
  return user + system;
}

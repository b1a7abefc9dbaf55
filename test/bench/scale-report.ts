import { decimals, median, spread, table, whole } from './figures.js';
import type { Round, ScaleResult } from './scale.js';

type Rounds = readonly Round[];

export function reportScale({ settings, open, few, sizes }: ScaleResult): string {
  const { rounds, seconds, connections } = settings;
  const [first] = sizes;
  const last = sizes.at(-1);
  if (first === undefined || last === undefined) throw new TypeError('There are no sizes.');
  const [smallest, largest] = [whole(first.sessions), whole(last.sessions)];
  return `One process on \`node:http\` with \`requireAccount\` over \`redisStore\` (client \`redis\`), one Redis per size on the same machine,
every request with the cookie of a session taken at random from all of that Redis. Access tokens of 200 characters, refresh
tokens of 43. ${connections} connections kept alive, driven from another process. The sizes take turns of ${seconds} s, ${rounds} rounds after
one to warm up: the figures are medians of the rounds, in brackets the smallest and the largest. Server, Redis and load share the
cores, so the more CPU any of the three needs for a request, the fewer requests there are.

${table(
  ['', 'requests/s', 'p50 ms', 'p99 ms', 'CPU µs per request: server', 'Redis', 'load'],
  [
    ...sizes.map(({ sessions, rounds }) => rowOf(`${whole(sessions)} sessions`, rounds)),
    rowOf(`${largest} sessions, of which ${smallest} are asked for`, few),
    rowOf('no login at all (`/open`)', open),
  ],
)}

${table(
  ['ratio, round by round', 'requests/s', 'p99', 'CPU of the server'],
  [
    [`${largest} sessions to ${smallest}`, ...ratiosOf(last.rounds, first.rounds)],
    [`${largest} sessions, ${smallest} asked for, to ${smallest}`, ...ratiosOf(few, first.rounds)],
    [`no login to ${smallest} sessions`, ...ratiosOf(open, first.rounds)],
  ],
)}

Redis has ${whole(last.usedMemory / 2 ** 20)} MiB in use for the ${largest} sessions: ${whole(last.usedMemory / last.sessions)} bytes each.

The goal is that the largest is within 10 % of the smallest in requests per second. By the median of the rounds it is ${verdict(last.rounds, first.rounds)}`;
}

function rowOf(name: string, rounds: Rounds): string[] {
  const column = (of: keyof Round, format: (value: number) => string) =>
    spread(
      rounds.map((round) => round[of]),
      format,
    );
  return [
    name,
    column('perSecond', whole),
    column('p50', decimals),
    column('p99', decimals),
    column('cpu', oneDecimal),
    column('redisCpu', oneDecimal),
    column('loadCpu', oneDecimal),
  ];
}

function ratiosOf(over: Rounds, under: Rounds): string[] {
  const columns: readonly (keyof Round)[] = ['perSecond', 'p99', 'cpu'];
  return columns.map((of) => spread(ratios(of, over, under), decimals));
}

function ratios(of: keyof Round, over: Rounds, under: Rounds): number[] {
  return over.map((round, index) => round[of] / (under[index]?.[of] ?? Number.NaN));
}

function verdict(largest: Rounds, smallest: Rounds): string {
  return median(ratios('perSecond', largest, smallest)) >= 0.9 ? 'reached.' : '**not** reached.';
}

function oneDecimal(value: number): string {
  return value.toFixed(1);
}

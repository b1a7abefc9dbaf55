import type { MockServer } from '@aihubmix-auth/mock-server';
import { until } from '@aihubmix-auth/redis/testing';
import type { Fleet } from './fleet.js';
import { createRandom, type Random } from './random.js';

type Fault = Parameters<MockServer['fault']>[1];

/** What was done to the fleet. */
export interface Trouble {
  /** Names of the processes that were killed. */
  readonly killed: ReadonlySet<string>;
  readonly redisRestarts: readonly string[];
  /** Makes trouble until so many requests were made. */
  runUntil(requests: number): Promise<void>;
}

interface TroubleSettings {
  readonly fleet: Fleet;
  readonly seed: number;
  /** How many requests were made so far: trouble comes after so many of them, whatever the speed of the machine. */
  readonly progress: () => number;
}

/** How long the next trouble may take to come, in milliseconds. */
const PATIENCE = 120_000;
const PAGE = '<!doctype html><title>Bad gateway</title>';
/** So many faults are planned at once, of which so many may be left when the next are. */
const PLANNED = 300;
const LEFT = 100;

/** Kills processes, restarts Redis and lets the provider misbehave. */
export function createTrouble({ fleet, seed, progress }: TroubleSettings): Trouble {
  const killed = new Set<string>();
  const redisRestarts: string[] = [];

  /** Does it again and again, after a number of requests between `from` and twice that. */
  async function every(from: number, end: number, random: Random, act: () => Promise<void>): Promise<void> {
    for (let next = from + random.below(from); next < end; next = progress() + from + random.below(from)) {
      const due = next;
      await until(() => progress() >= due, PATIENCE);
      await act();
    }
  }

  async function kill(random: Random): Promise<void> {
    const index = random.below(fleet.apps.length);
    killed.add(fleet.app(index).name);
    await fleet.replace(index);
  }

  async function restartRedis(random: Random): Promise<void> {
    const signal = random.pick(['SIGTERM', 'SIGKILL'] as const);
    await fleet.restartRedis(signal);
    redisRestarts.push(signal);
  }

  async function misbehave(end: number, random: Random): Promise<void> {
    const { provider } = fleet;
    while (progress() < end) {
      const fed = provider.requests.length;
      provider.clearFaults();
      for (let count = 0; count < PLANNED; count += 1) {
        for (const endpoint of ['token', 'userinfo'] as const) {
          provider.fault(endpoint, anyFault(random), { times: 1 });
        }
      }
      const isDue = () => provider.requests.length > fed + PLANNED - LEFT || progress() >= end;
      await until(isDue, PATIENCE);
    }
    provider.clearFaults();
  }

  return {
    killed,
    redisRestarts,
    async runUntil(requests) {
      const [first, second, third] = [createRandom(~seed), createRandom(seed ^ 1), createRandom(seed ^ 2)];
      await Promise.all([
        every(700, requests, first, () => kill(first)),
        every(3_000, requests, second, () => restartRedis(second)),
        misbehave(requests, third),
      ]);
    },
  };
}

/** One of ten requests goes wrong, and some of the others take long. */
function anyFault(random: Random): Fault {
  const dice = random.next();
  if (dice < 0.03) return { type: 'status', status: random.pick([500, 502, 503, 504]) };
  if (dice < 0.05) return { type: 'status', status: 429, headers: { 'retry-after': `${random.below(5)}` } };
  if (dice < 0.08) return { type: 'drop', when: 'before' };
  if (dice < 0.1)
    return { type: 'body', body: PAGE, contentType: 'text/html', status: random.pick([200, 502]) };
  return { type: 'latency', ms: random.below(dice < 0.15 ? 700 : 40) };
}

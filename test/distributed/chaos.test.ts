import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hasRedisServer } from '@aihubmix-auth/redis/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Findings, findingsOf } from './chaos-journal.js';
import { summaryOf } from './chaos-summary.js';
import { createTraffic, type Traffic } from './chaos-traffic.js';
import { createTrouble, type Trouble } from './chaos-trouble.js';
import { DURABLE, type Fleet, startFleet } from './fleet.js';

const PROCESSES = 4;
const REQUESTS = 20_000;
const CLIENTS = 48;
/** The option `timeout` of the processes, in milliseconds, and the part of it that a refresh waits for at least. */
const TIMEOUT = 4_000;
const PATIENCE = TIMEOUT * 0.9;
/** The default of the option `storeTimeout`, in milliseconds. */
const STORE_TIMEOUT = 2_000;
/** How long a lock of a dead process holds others up at most, in milliseconds. */
const LEASE = 15_000;
/** What a busy machine may take on top, in milliseconds. */
const SLACK = 3_000;

const seed = Number(process.env.CHAOS_SEED ?? Math.floor(Math.random() * 2 ** 31));
const visitors = Array.from({ length: 200 }, (_, index) => ({
  id: 1_000 + index,
  username: `visitor-${index}`,
  balance: `${index}.25`,
}));

describe.skipIf(!hasRedisServer())(`chaos with the seed ${seed} (needs redis-server)`, () => {
  let directory: string;
  let fleet: Fleet;
  let traffic: Traffic;
  let trouble: Trouble;
  let findings: Findings;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'chaos-'));
    const file = join(directory, 'journal');
    fleet = await startFleet({
      processes: PROCESSES,
      redis: DURABLE,
      provider: { users: visitors, accessTokenLifetime: 3 },
      env: { JOURNAL: file, TIMEOUT: `${TIMEOUT}` },
    });
    const began = performance.now();
    traffic = await createTraffic({ fleet, visitors, seed, deadline: TIMEOUT + STORE_TIMEOUT + SLACK });
    trouble = createTrouble({ fleet, seed, progress: () => traffic.requests });
    await Promise.all([traffic.runUntil(REQUESTS, CLIENTS), trouble.runUntil(REQUESTS)]);
    await traffic.settle(LEASE + SLACK);
    const { provider } = fleet;
    findings = findingsOf({ provider, file, killed: trouble.killed, patience: PATIENCE });
    const seconds = (performance.now() - began) / 1_000;
    console.log(
      summaryOf({ seed, seconds, visitors: visitors.length, provider, traffic, trouble, findings }),
    );
  }, 300_000);
  afterAll(async () => {
    await fleet?.stop();
    await rm(directory, { recursive: true, force: true });
  });

  it('presents no refresh token twice but where a refresh was cut off between rotation and write', () => {
    expect(findings.unexplained).toEqual([]);
    expect(fleet.provider.violations).toEqual(
      Array(findings.presentedTwice).fill('refresh token presented twice'),
    );
  });

  it('loses no session but where a refresh was cut off between rotation and write', () => {
    const cut = new Set(findings.cuts.map(({ key }) => key));
    expect(traffic.losses.filter(({ visit }) => !cut.has(visit.key))).toEqual([]);
  });

  it('answers every request within its deadline, for its own user and never after a logout', () => {
    expect(traffic.wrong).toEqual([]);
  });

  it('did enough to show it', () => {
    expect(traffic.requests).toBeGreaterThanOrEqual(REQUESTS);
    expect(findings.rotations).toBeGreaterThan(visitors.length);
    expect(trouble.killed.size).toBeGreaterThan(3);
    expect(trouble.redisRestarts.length).toBeGreaterThan(1);
    expect(traffic.logouts).toBeGreaterThan(20);
  });
});

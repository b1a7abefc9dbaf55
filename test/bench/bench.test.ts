import { hasRedisServer } from '@aihubmix-auth/redis/testing';
import { describe, expect, it } from 'vitest';
import { measureBytes, reportBytes } from './bytes.js';
import { measureHotPath, reportHotPath } from './hot-path.js';
import { measureScale } from './scale.js';
import { reportScale } from './scale-report.js';
import { measureStorm, reportStorms } from './storm.js';

it('times the guard and its peers', async () => {
  const result = await measureHotPath({ sessions: 10, rounds: 2, calls: 1_000 });
  for (const { nanoseconds } of result.rows) expect(Math.min(...nanoseconds)).toBeGreaterThan(0);
  expect(reportHotPath(result)).toContain('| `guard()`, memory store |');
});

describe.skipIf(!hasRedisServer())('with redis-server', () => {
  it('weighs sessions', async () => {
    const results = await measureBytes(1_000);
    for (const { memory, redis } of results) expect(Math.min(memory, redis)).toBeGreaterThan(500);
    expect(reportBytes(1_000, results)).toContain('| 800 and 43 |');
  });

  it('asks for a private page with few and with many sessions', async () => {
    const result = await measureScale({ sizes: [10, 100], rounds: 1, seconds: 0.3, connections: 5 });
    for (const { rounds } of result.sizes) expect(rounds[0]?.perSecond).toBeGreaterThan(0);
    expect(reportScale(result)).toContain('| 100 sessions |');
  });

  it.each([1, 2])('refreshes each session once when it is asked %i times at once', async (copies) => {
    const result = await measureStorm({ sessions: 60, processes: 2, copies, inFlight: 40 });
    expect(result).toMatchObject({ refreshes: 60, violations: 0 });
    expect(result.load.statuses).toEqual({ 200: 60 * copies });
    expect(reportStorms([result])).toContain('**60**');
  });
});

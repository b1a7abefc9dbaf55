import { hasRedisServer, until } from '@aihubmix-auth/redis/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, isLoggedIn } from './app-process.js';
import { ADA, DURABLE, type Fleet, GRACE, startFleet } from './fleet.js';
import type { Point } from './watched.js';

/** How long a lock of a dead process holds others up at most, in milliseconds. */
const LEASE = 15_000;
/** What a busy machine may take on top, in milliseconds. */
const SLACK = 3_000;

describe.skipIf(!hasRedisServer())('a process in a refresh (needs redis-server)', () => {
  let fleet: Fleet;
  let cookie: string;
  beforeAll(async () => {
    fleet = await startFleet({ processes: 2, redis: DURABLE });
  });
  afterEach(() => {
    const violations = [...fleet.provider.violations];
    fleet.redis.thaw();
    fleet.provider.clearFaults();
    fleet.provider.clearRequests();
    fleet.provider.clearViolations();
    expect(violations).toEqual([]);
  });
  afterAll(() => fleet?.stop());

  const refreshes = () => fleet.provider.count('token', 'refresh_token');

  /** A new first process, which stops at the points; and a session, the only one, whose access token is over. */
  async function begin(...stops: Point[]): Promise<void> {
    await fleet.replace(0, { STOP_AT: stops.join(), TIMEOUT: '3000' });
    await fleet.command('FLUSHALL');
    cookie = await fleet.login(ADA, 0);
  }

  /** Lets the first process begin the refresh; whoever asked it gets no answer once it is killed. */
  function refreshInFirst(): void {
    fleet
      .app(0)
      .get('/auth/userinfo', cookie)
      .catch(() => {});
  }

  async function killAt(point: Point): Promise<void> {
    await begin(point);
    refreshInFirst();
    await fleet.app(0).stoppedAt(point);
    await fleet.app(0).kill();
  }

  /** What waiting for the length of the lease would come to. */
  async function endLease(): Promise<void> {
    const locks = await keys('l');
    expect(locks).not.toEqual([]);
    for (const lock of locks) await fleet.command('PEXPIRE', lock, '1');
    await until(async () => (await keys('l')).length === 0);
  }

  async function keys(kind: 'l' | 's'): Promise<string[]> {
    return (await fleet.command('KEYS', `aihubmix:${kind}:*`)) as string[];
  }

  /** The survivor serves the session. The token was asked for so often, over both processes. */
  async function expectAlive(tokenRequests: number): Promise<void> {
    const answer = await fleet.app(1).get('/auth/userinfo', cookie);
    expect(answer.status).toBe(200);
    expect((await bodyOf(answer)).user?.username).toBe('ada');
    expect(refreshes()).toBe(tokenRequests);
  }

  /** The session ends for all who ask at once, by a single further request; and then it is one that never was. */
  async function expectCleanEnd(tokenRequests = 2): Promise<void> {
    const app = fleet.app(1);
    const answers = await Promise.all(Array.from({ length: 20 }, () => app.get('/auth/userinfo', cookie)));
    expect(answers.map(({ status }) => status)).toEqual(Array(20).fill(401));
    const codes = new Set(await Promise.all(answers.map(async (answer) => (await bodyOf(answer)).error)));
    expect([...codes].sort()[0]).toBe('session_expired');
    codes.add('unauthenticated');
    expect(codes.size).toBe(2);
    for (const path of ['/auth/userinfo', '/private']) {
      expect((await bodyOf(await app.get(path, cookie))).error).toBe('unauthenticated');
    }
    expect(await isLoggedIn(app, cookie)).toBe(false);
    expect(refreshes()).toBe(tokenRequests);
    expect(fleet.provider.violations).toEqual(['refresh token presented twice']);
    fleet.provider.clearViolations();
  }

  it('that dies holding the lock holds the others up for the lease at most, and costs nothing', async () => {
    await killAt('locked');
    const killedAt = performance.now();
    const codes = new Set<unknown>();
    await until(async () => {
      const answer = await fleet.app(1).get('/auth/userinfo', cookie);
      codes.add((await bodyOf(answer)).error);
      return answer.ok;
    }, LEASE + SLACK);
    expect(performance.now() - killedAt).toBeGreaterThan(LEASE - SLACK);
    expect([...codes]).toEqual(['provider_unavailable', undefined]);
    await expectAlive(1);
  });

  it('that dies before the request is sent, costs nothing', async () => {
    await killAt('asking');
    await endLease();
    await expectAlive(1);
  });

  it('that dies after the request was sent and before the provider did its work, costs nothing', async () => {
    await begin();
    fleet.provider.fault('token', { type: 'hang' }, { times: 1 });
    refreshInFirst();
    await until(() => refreshes() === 1);
    await fleet.app(0).kill();
    await endLease();
    await expectAlive(2);
  });

  it('that dies after the provider rotated and before the answer came, ends the session cleanly', async () => {
    await begin();
    fleet.provider.fault('token', { type: 'slow-body', msPerByte: 1_000 }, { times: 1 });
    refreshInFirst();
    await until(hasRotated);
    await fleet.app(0).kill();
    await endLease();
    await expectCleanEnd();
  });

  it.each<Point>(['answered', 'writing'])(
    'that dies after the answer and before the write (%s), ends the session cleanly',
    async (point) => {
      await killAt(point);
      await endLease();
      await expectCleanEnd();
    },
  );

  it('that dies after the write was sent to a Redis that does it later, costs nothing', async () => {
    await sendWriteToFrozenRedis();
    fleet.redis.thaw();
    await until(async () => {
      const records = await Promise.all((await keys('s')).map((key) => fleet.command('GET', key)));
      return !records.some((record) => `${record}`.startsWith('{"version":1'));
    });
    await expectAlive(2);
  });

  it('that dies after the write was sent to a Redis that dies with it, ends the session cleanly', async () => {
    await sendWriteToFrozenRedis();
    await fleet.restartRedis('SIGKILL');
    await endLease();
    await until(async () => (await fleet.app(1).get('/auth/session', cookie)).ok);
    await expectCleanEnd(3);
  });

  /** The first process has handed the new tokens to its client, and is dead. */
  async function sendWriteToFrozenRedis(): Promise<void> {
    await begin('writing', 'sent');
    await teachScripts();
    refreshInFirst();
    await fleet.app(0).stoppedAt('writing');
    fleet.redis.freeze();
    fleet.app(0).goOn();
    await fleet.app(0).stoppedAt('sent');
    await fleet.app(0).kill();
  }

  /** A server that knows the script does the write by the first command that it gets. */
  async function teachScripts(): Promise<void> {
    const other = await fleet.login(GRACE, 0);
    expect((await fleet.app(1).get('/auth/userinfo', other)).status).toBe(200);
  }

  it('that dies after the write, costs nothing, and nobody waits for its lock', async () => {
    await killAt('stored');
    expect(await keys('l')).toHaveLength(1);
    const began = performance.now();
    await expectAlive(1);
    expect(performance.now() - began).toBeLessThan(SLACK);
  });

  it('that is given the lock when it no longer waits for it gives it back', async () => {
    await begin('locking');
    const answer = fleet.app(0).get('/auth/userinfo', cookie);
    await fleet.app(0).stoppedAt('locking');
    fleet.redis.freeze();
    fleet.app(0).goOn();
    expect((await bodyOf(await answer)).error).toBe('store_unavailable');
    fleet.redis.thaw();
    const began = performance.now();
    await expectAlive(1);
    expect(performance.now() - began).toBeLessThan(SLACK);
  });

  it('that loses the answer ends the session cleanly', async () => {
    await begin();
    fleet.provider.fault('token', { type: 'drop', when: 'after' }, { times: 1 });
    const answer = await fleet.app(0).get('/auth/userinfo', cookie);
    expect((await bodyOf(answer)).error).toBe('provider_unavailable');
    expect(await isLoggedIn(fleet.app(1), cookie)).toBe(true);
    await expectCleanEnd();
  });

  it('that gets the answer after its deadline ends the session cleanly', async () => {
    await begin();
    fleet.provider.fault('token', { type: 'latency', ms: 4_000 }, { times: 1 });
    const answer = await fleet.app(0).get('/auth/userinfo', cookie);
    expect((await bodyOf(answer)).error).toBe('provider_unavailable');
    await until(hasRotated);
    await expectCleanEnd();
  });

  describe('held up past its lease, so that another one refreshes,', () => {
    const refusal = { type: 'body', status: 400, body: '{"error":"invalid_grant"}' } as const;

    /** The first process meets the fault and stops at the point; the second one refreshes; the first one goes on. */
    async function overtakenAt(
      point: Point,
      fault: Parameters<Fleet['provider']['fault']>[1],
    ): Promise<Response> {
      await begin(point);
      fleet.provider.fault('token', fault, { times: 1 });
      const answer = fleet.app(0).get('/auth/userinfo', cookie);
      await fleet.app(0).stoppedAt(point);
      await endLease();
      await expectAlive(2);
      fleet.app(0).goOn();
      return answer;
    }

    it('takes the tokens of the other one, although it was told invalid_grant', async () => {
      expect((await overtakenAt('answered', refusal)).status).toBe(200);
      await expectAlive(2);
    });

    it('takes the tokens of the other one, although it was told 500', async () => {
      expect((await overtakenAt('answered', { type: 'status', status: 500 })).status).toBe(200);
      await expectAlive(2);
    });

    it('does not end the session, although it has begun to', async () => {
      expect((await overtakenAt('writing', refusal)).status).toBe(200);
      await expectAlive(2);
    });
  });

  function hasRotated(): boolean {
    return fleet.provider.requests.some(({ endpoint, status }) => endpoint === 'token' && status === 200);
  }
});

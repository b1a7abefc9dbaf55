import { hasRedisServer, until } from '@aihubmix-auth/redis/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ADA, DURABLE, type Fleet, GRACE, startFleet } from './fleet.js';

/** The default of the option `storeTimeout`, in milliseconds. */
const STORE_TIMEOUT = 2_000;
/** What a busy machine may take on top, in milliseconds. */
const SLACK = 2_000;

describe.skipIf(!hasRedisServer())('processes on one Redis, in trouble (needs redis-server)', () => {
  let fleet: Fleet;
  beforeEach(async () => {
    fleet = await startFleet({ processes: 2, redis: DURABLE });
  });
  afterEach(async () => {
    const violations = [...fleet.provider.violations];
    await fleet.stop();
    expect(violations).toEqual([]);
  });

  /** Every process answers every route that needs the store with 503, within its deadline. */
  async function expectUnavailable(cookie: string): Promise<void> {
    const began = performance.now();
    const asked = fleet.apps.flatMap((app) => [
      app.get('/private', cookie),
      app.get('/auth/session', cookie),
      app.get('/auth/userinfo', cookie),
      app.get('/auth/balance', cookie),
    ]);
    for (const answer of await Promise.all(asked)) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ error: 'store_unavailable' });
      expect(answer.headers.getSetCookie()).toEqual([]);
    }
    expect(performance.now() - began).toBeLessThan(STORE_TIMEOUT + SLACK);
  }

  async function expectWorking(cookie: string): Promise<void> {
    for (const app of fleet.apps) {
      expect((await app.get('/private', cookie)).status).toBe(200);
      expect((await app.get('/auth/userinfo', cookie)).status).toBe(200);
    }
  }

  it('answer store_unavailable while Redis is frozen, and log nobody out', async () => {
    const cookie = await fleet.login(ADA);
    const other = await fleet.login(GRACE, 0);
    fleet.redis.freeze();
    await expectUnavailable(cookie);
    await expectUnavailable(other);
    fleet.redis.thaw();
    await expectWorking(cookie);
    await expectWorking(other);
  });

  it('answer store_unavailable while Redis is down, and sessions survive its restart', async () => {
    const cookie = await fleet.login(ADA);
    const other = await fleet.login(GRACE, 0);
    await fleet.redis.down();
    await expectUnavailable(cookie);
    await fleet.redis.up();
    await until(async () =>
      (await Promise.all(fleet.apps.map((app) => app.get('/private', cookie)))).every((answer) => answer.ok),
    );
    await expectWorking(cookie);
    await expectWorking(other);
  });

  it('keep the new token when Redis was frozen while it came', async () => {
    const cookie = await fleet.login(ADA, 0);
    fleet.provider.fault('token', { type: 'latency', ms: 500 }, { times: 1 });
    const refreshing = fleet.app(0).get('/auth/userinfo', cookie);
    await until(() => fleet.provider.count('token') === 1);
    fleet.redis.freeze();
    expect((await refreshing).status).toBe(503);
    fleet.redis.thaw();
    await expectWorking(cookie);
    expect(fleet.provider.count('token', 'refresh_token')).toBe(1);
  });

  it('keep the new token when Redis was down while it came', async () => {
    const cookie = await fleet.login(ADA, 0);
    fleet.provider.fault('token', { type: 'latency', ms: 500 }, { times: 1 });
    const refreshing = fleet.app(0).get('/auth/userinfo', cookie);
    await until(() => fleet.provider.count('token') === 1);
    await fleet.redis.down();
    expect((await refreshing).status).toBe(503);
    await fleet.redis.up();
    await until(async () => (await fleet.app(1).get('/auth/userinfo', cookie)).ok);
    expect(fleet.provider.count('token', 'refresh_token')).toBe(1);
  });

  it('do not spend a refresh token while Redis has no memory for the next one', async () => {
    const cookie = await fleet.login(ADA, 0);
    await fleet.command('CONFIG', 'SET', 'maxmemory', '1');
    for (const app of fleet.apps) {
      expect((await app.get('/private', cookie)).status).toBe(200);
      expect((await app.get('/auth/userinfo', cookie)).status).toBe(503);
    }
    expect(fleet.provider.count('token')).toBe(0);
    await fleet.command('CONFIG', 'SET', 'maxmemory', '0');
    await expectWorking(cookie);
  });
});

import { hasRedisServer, until } from '@aihubmix-auth/redis/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type AppProcess, cookieIn, isLoggedIn, sessionCookieIn } from './app-process.js';
import { ADA, type Fleet, startFleet } from './fleet.js';

describe.skipIf(!hasRedisServer())('two processes on one Redis (needs redis-server)', () => {
  let fleet: Fleet;
  let a: AppProcess;
  let b: AppProcess;
  beforeAll(async () => {
    fleet = await startFleet({ processes: 2 });
    [a, b] = [fleet.app(0), fleet.app(1)];
  });
  afterEach(() => {
    fleet.provider.clearFaults();
    fleet.provider.clearRequests();
    expect(fleet.provider.violations).toEqual([]);
  });
  afterAll(() => fleet?.stop());

  it('finish a login that began on the other, and spend its state for both', async () => {
    const begun = await a.get('/auth/login');
    const loginCookie = cookieIn(begun);
    const location = await fleet.provider.authorize(begun.headers.get('location') ?? '', ADA.id);
    const callback = location.slice(new URL(location).origin.length);
    const finished = await b.get(callback, loginCookie);
    expect(finished.status).toBe(303);
    const session = sessionCookieIn(finished);
    expect(await isLoggedIn(a, session)).toBe(true);
    expect(await isLoggedIn(b, session)).toBe(true);

    const again = await a.get(callback, loginCookie);
    expect(again.status).toBe(403);
    expect(await again.json()).toMatchObject({ error: 'invalid_state' });
    expect(fleet.provider.count('token')).toBe(1);
  });

  it('spend a state once when both get the callback at once', async () => {
    const begun = await a.get('/auth/login');
    const location = await fleet.provider.authorize(begun.headers.get('location') ?? '', ADA.id);
    const callback = location.slice(new URL(location).origin.length);
    const answers = await Promise.all([a, b].map((app) => app.get(callback, cookieIn(begun))));
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403]);
    expect(fleet.provider.count('token')).toBe(1);
  });

  it('end a session at once on both, wherever the user logs out', async () => {
    const cookie = await fleet.login(ADA);
    expect(await isLoggedIn(b, cookie)).toBe(true);
    expect((await a.logout(cookie)).status).toBe(204);
    expect(await isLoggedIn(b, cookie)).toBe(false);
    expect((await b.get('/private', cookie)).status).toBe(401);
    expect((await b.get('/auth/userinfo', cookie)).status).toBe(401);
  });

  it('do not bring a session back by a refresh that ends after the logout', async () => {
    fleet.provider.fault('token', { type: 'latency', ms: 1_000 }, { times: 1 });
    const cookie = await fleet.login(ADA, 0);
    const refreshing = a.get('/auth/userinfo', cookie);
    await until(() => fleet.provider.count('token') === 1);
    expect((await b.logout(cookie)).status).toBe(204);
    expect((await refreshing).status).toBe(401);
    for (const app of [a, b]) expect(await isLoggedIn(app, cookie)).toBe(false);
  });
});

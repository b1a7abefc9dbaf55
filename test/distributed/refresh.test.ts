import { hasRedisServer, until } from '@aihubmix-auth/redis/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bodyOf, isLoggedIn } from './app-process.js';
import { ADA, type Fleet, GRACE, startFleet } from './fleet.js';

describe.skipIf(!hasRedisServer())('four processes on one Redis (needs redis-server)', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet({ processes: 4 });
  });
  afterEach(() => {
    const violations = [...fleet.provider.violations];
    fleet.provider.clearFaults();
    fleet.provider.clearRequests();
    fleet.provider.clearViolations();
    expect(violations).toEqual([]);
  });
  afterAll(() => fleet?.stop());

  const refreshes = () => fleet.provider.count('token', 'refresh_token');

  it('refresh an expired session once for 4 × 50 requests at once', async () => {
    const cookie = await fleet.login(ADA, 0);
    const answers = await Promise.all(
      fleet.apps.flatMap((app) => Array.from({ length: 50 }, () => app.get('/auth/userinfo', cookie))),
    );
    const users = await Promise.all(answers.map(async (answer) => (await bodyOf(answer)).user?.username));
    expect(answers.map(({ status }) => status)).toEqual(Array(200).fill(200));
    expect(new Set(users)).toEqual(new Set(['ada']));
    expect(refreshes()).toBe(1);
  });

  it('refresh once when the provider answers slowly', async () => {
    fleet.provider.fault('token', { type: 'latency', ms: 2_000 }, { times: 1 });
    const cookie = await fleet.login(ADA, 0);
    const answers = await Promise.all(fleet.apps.map((app) => app.get('/auth/userinfo', cookie)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(refreshes()).toBe(1);
  });

  it('refresh once when the provider does not accept the access token any more', async () => {
    const cookie = await fleet.login(ADA);
    fleet.provider.expireAccessTokens(ADA.id);
    const answers = await Promise.all(
      fleet.apps.flatMap((app) => Array.from({ length: 10 }, () => app.get('/auth/userinfo', cookie))),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(40).fill(200));
    expect(refreshes()).toBe(1);
  });

  it('refresh a token that is about to expire once, and nobody waits for it', async () => {
    fleet.provider.fault('token', { type: 'latency', ms: 1_000 }, { times: 1 });
    const cookie = await fleet.login(ADA, 60);
    const answers = await Promise.all(fleet.apps.map((app) => app.get('/auth/userinfo', cookie)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(fleet.provider.requests.filter(({ endpoint, status }) => endpoint === 'token' && status)).toEqual(
      [],
    );
    await until(() =>
      fleet.provider.requests.some(({ endpoint, status }) => endpoint === 'token' && status === 200),
    );
    await Promise.all(fleet.apps.map((app) => app.get('/auth/userinfo', cookie)));
    expect(refreshes()).toBe(1);
  });

  it('keep two users apart while both are refreshed', async () => {
    const cookies = await Promise.all([fleet.login(ADA, 0), fleet.login(GRACE, 0)]);
    const names = await Promise.all(
      Array.from({ length: 100 }, async (_, index) => {
        const answer = await fleet.app(index % 4).get('/auth/userinfo', cookies[index % 2]);
        return (await bodyOf(answer)).user?.username;
      }),
    );
    expect(names).toEqual(Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? 'ada' : 'grace')));
    expect(refreshes()).toBe(2);
  });

  it('end a session that the user revoked once, and all of them answer session_expired or unauthenticated', async () => {
    const cookie = await fleet.login(ADA, 0);
    fleet.provider.revoke(ADA.id);
    const answers = await Promise.all(fleet.apps.map((app) => app.get('/auth/userinfo', cookie)));
    const codes = await Promise.all(answers.map(async (answer) => (await bodyOf(answer)).error));
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    expect(codes).toContain('session_expired');
    expect(refreshes()).toBe(1);
    for (const app of fleet.apps) expect(await isLoggedIn(app, cookie)).toBe(false);
  });
});

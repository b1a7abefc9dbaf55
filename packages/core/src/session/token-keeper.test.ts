import { describe, expect, test } from 'vitest';
import { ADA, createTestApp, GRACE } from '../test-support/app.js';
import { get, HOUR, isLoggedIn, MINUTE, refreshes, until } from '../test-support/token-requests.js';

describe('a token that still works', () => {
  test('is used as it is, and nothing is refreshed', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.advance(2 * HOUR - 6 * MINUTE);
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
    expect(refreshes(app)).toBe(0);
  });

  test('is never waited for: five minutes before its end a refresh runs beside the call', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.advance(2 * HOUR - 4 * MINUTE);
    const takeAway = app.mock.fault('token', { type: 'hang' });
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
    await until(() => refreshes(app) === 1);
    takeAway();
  });

  test('is replaced by the refresh beside the call for everyone who comes after', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.advance(2 * HOUR - 4 * MINUTE);
    await get(app, 'userinfo', cookie);
    await until(() => refreshes(app) === 1);
    app.advance(5 * MINUTE);
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
    expect(refreshes(app)).toBe(1);
  });

  test('is kept when the refresh beside the call fails, which is not tried again at every request', async () => {
    const app = createTestApp();
    const failures: string[] = [];
    app.core.on('refreshFailed', ({ code }) => failures.push(code));
    const cookie = await app.login();
    app.advance(2 * HOUR - 4 * MINUTE);
    app.mock.fault('token', { type: 'status', status: 500 });
    for (let call = 0; call < 20; call += 1) expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
    await until(() => failures.length > 0);
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
    expect(refreshes(app)).toBe(1);
    app.advance(11_000);
    await get(app, 'userinfo', cookie);
    await until(() => refreshes(app) === 2);
  });
});

test('a refresh ahead waits for as long as the provider asked for', async () => {
  const app = createTestApp();
  const cookie = await app.login();
  const failed = new Promise<void>((resolve) => app.core.on('refreshFailed', () => resolve()));
  app.advance(2 * HOUR - 4 * MINUTE);
  app.mock.fault('token', { type: 'status', status: 429, headers: { 'retry-after': '60' } });
  await get(app, 'userinfo', cookie);
  await failed;
  // The event comes first, and what it leads to in this process right after it.
  await new Promise(setImmediate);
  app.advance(59_000);
  await get(app, 'userinfo', cookie);
  expect(refreshes(app)).toBe(1);
  app.advance(2_000);
  await get(app, 'userinfo', cookie);
  await until(() => refreshes(app) === 2);
});

describe('a token that is over', () => {
  test('is refreshed once for 200 requests at the same time, and all of them are answered', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.advance(3 * HOUR);
    const answers = await Promise.all(Array.from({ length: 200 }, () => get(app, 'userinfo', cookie)));
    expect(answers.map(([status]) => status)).toEqual(Array(200).fill(200));
    expect(refreshes(app)).toBe(1);
    expect(app.mock.violations).toEqual([]);
  });

  test('is refreshed once for different calls at the same time', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.advance(3 * HOUR);
    const routes = ['userinfo', 'balance', 'topup'];
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, call) => app.send(`/auth/${routes[call % 3]}`, { headers: { cookie } })),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 303]));
    expect(refreshes(app)).toBe(1);
  });

  test('never reaches the wrong user: two users, 500 requests each', async () => {
    const app = createTestApp();
    const [ada, grace] = [await app.login(ADA), await app.login(GRACE)];
    app.advance(3 * HOUR);
    const answers = await Promise.all(
      Array.from({ length: 1000 }, (_, call) => get(app, 'userinfo', call % 2 === 0 ? ada : grace)),
    );
    for (const [call, [status, body]] of answers.entries()) {
      expect(status).toBe(200);
      expect(body).toMatchObject({ user: { username: call % 2 === 0 ? 'ada' : 'grace' } });
    }
    expect(refreshes(app)).toBe(2);
  });

  test('is kept as refresh token where the provider does not rotate', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.mock.fault('token', { type: 'patch', patch: {}, remove: ['refresh_token'] });
    app.advance(3 * HOUR);
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
  });
});

describe('401 from the provider', () => {
  test('is answered by one refresh and one retry', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.mock.expireAccessTokens();
    app.mock.clearRequests();
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
    expect([app.mock.count('userinfo'), refreshes(app)]).toEqual([2, 1]);
  });

  test('again after that is provider_error, and the session stays', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.mock.clearRequests();
    app.mock.fault('userinfo', { type: 'status', status: 401 });
    expect((await get(app, 'userinfo', cookie))[1]).toMatchObject({ error: 'provider_error' });
    expect([app.mock.count('userinfo'), refreshes(app)]).toEqual([2, 1]);
    expect(await isLoggedIn(app, cookie)).toBe(true);
  });

  test('while somebody else has refreshed is answered by the new token alone', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    const account = await app.web.account(new Request('https://app.example.com/', { headers: { cookie } }));
    app.mock.expireAccessTokens();
    await get(app, 'userinfo', cookie);
    app.mock.clearRequests();
    await account?.topUpUrl();
    expect(refreshes(app)).toBe(0);
  });

  test('without a refresh token ends the session', async () => {
    const app = createTestApp();
    app.mock.fault('token', { type: 'patch', patch: {}, remove: ['refresh_token'] });
    const cookie = await app.login();
    app.mock.expireAccessTokens();
    expect((await get(app, 'userinfo', cookie))[1]).toMatchObject({ error: 'session_expired' });
    expect(await isLoggedIn(app, cookie)).toBe(false);
  });
});

test('another user behind the same token ends the session', async () => {
  const app = createTestApp();
  const cookie = await app.login();
  app.mock.fault('userinfo', { type: 'patch', patch: { id: GRACE, username: 'grace' } });
  expect((await get(app, 'userinfo', cookie))[1]).toMatchObject({ error: 'session_expired' });
  expect(await isLoggedIn(app, cookie)).toBe(false);
});

test('a changed user is remembered, beside a refresh too', async () => {
  const app = createTestApp();
  const cookie = await app.login();
  app.mock.setUser(ADA, { username: 'lovelace' });
  app.advance(3 * HOUR);
  await get(app, 'userinfo', cookie);
  expect((await get(app, 'session', cookie))[1]).toMatchObject({ user: { username: 'lovelace' } });
  expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
});

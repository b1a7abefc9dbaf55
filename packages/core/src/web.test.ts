import { describe, expect, test } from 'vitest';
import { ADA, cookiesOf, createTestApp, ORIGIN } from './test-support/app.js';
import { loginAs } from './testing.js';

test('a login goes through: redirect, callback, session, logout', async () => {
  const app = createTestApp();
  const begun = await app.send('/auth/login?returnTo=/start');
  expect(begun.status).toBe(302);
  const callback = await app.mock.authorize(begun.headers.get('location') ?? '', ADA);
  const done = await app.send(callback, { headers: { cookie: cookiesOf(begun) } });
  expect([done.status, done.headers.get('location')]).toEqual([303, '/start']);
  const cookie = cookiesOf(done);
  const session = await (await app.send('/auth/session', { headers: { cookie } })).json();
  expect(session).toMatchObject({ authenticated: true, user: { id: '12345', username: 'ada' } });
  const bye = await app.send('/auth/logout', {
    method: 'POST',
    headers: { cookie, 'sec-fetch-site': 'same-origin', accept: 'text/html' },
    body: new URLSearchParams({ returnTo: '/bye' }),
  });
  expect([bye.status, bye.headers.get('location')]).toEqual([303, '/bye']);
  expect(await (await app.send('/auth/session', { headers: { cookie } })).json()).toEqual({
    authenticated: false,
  });
});

test('what is not ours is left to the application', async () => {
  const { web } = createTestApp();
  expect(await web.handle(new Request(`${ORIGIN}/`))).toBeUndefined();
  expect(await web.handle(new Request(`${ORIGIN}/auth/other`))).toBeUndefined();
});

describe('requireLogin', () => {
  test('gives the account of whoever is logged in', async () => {
    const app = createTestApp();
    const account = await app.web.requireLogin(
      new Request(`${ORIGIN}/private`, { headers: { cookie: await app.login() } }),
    );
    expect(account).toMatchObject({ user: { username: 'ada' }, scopes: ['profile', 'balance'] });
  });

  test('sends a browser to the login and back, and tells anybody else', async () => {
    const { web } = createTestApp();
    const page = await web.requireLogin(
      new Request(`${ORIGIN}/private?a=b`, { headers: { accept: 'text/html' } }),
    );
    expect(page instanceof Response && page.headers.get('location')).toBe(
      '/auth/login?returnTo=%2Fprivate%3Fa%3Db',
    );
    const api = await web.requireLogin(new Request(`${ORIGIN}/private`));
    expect(api instanceof Response && [api.status, await api.json()]).toMatchObject([
      401,
      { error: 'unauthenticated' },
    ]);
  });
});

describe('loginAs', () => {
  test('logs a test in with one line', async () => {
    const { core, web } = createTestApp();
    const cookie = await loginAs(core, { username: 'grace' });
    const account = await web.account(new Request(ORIGIN, { headers: { cookie } }));
    expect(account?.user).toEqual({ id: '1', username: 'grace', email: null, createdAt: null, status: 1 });
  });

  test('carries tokens of the mock provider for tests that call it', async () => {
    const { core, web, mock } = createTestApp();
    const { clientId } = mock.addApp({ redirectUris: ['https://a.example/cb'] });
    const cookie = await loginAs(core, { id: '12345', ...mock.issueTokens({ clientId, userId: ADA }) });
    const account = await web.account(new Request(ORIGIN, { headers: { cookie } }));
    expect(await account?.balance()).toMatchObject({ formatted: '750.00' });
  });
});

describe('account.fetch', () => {
  async function loggedIn() {
    const app = createTestApp();
    const account = await app.web.account(new Request(ORIGIN, { headers: { cookie: await app.login() } }));
    if (account === null) throw new Error('not logged in');
    return { ...app, account };
  }

  test('carries a token that works, refreshed where it must be', async () => {
    const { account, mock } = await loggedIn();
    mock.expireAccessTokens();
    const response = await account.fetch('/api/oauth2/userinfo');
    expect([response.status, await response.json()]).toMatchObject([200, { username: 'ada' }]);
    expect(mock.count('token', 'refresh_token')).toBe(1);
  });

  test.each([
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example/',
    'http://api.aihubmix.com/',
    'x:y',
  ])('never takes the token to %s', async (url) => {
    const { account, mock } = await loggedIn();
    mock.clearRequests();
    await expect(account.fetch(url)).rejects.toMatchObject({ code: 'invalid_request' });
    expect(mock.requests).toEqual([]);
  });

  test('ends when its caller aborts, with the reason of the caller', async () => {
    const { account, mock } = await loggedIn();
    mock.fault('userinfo', { type: 'hang' });
    const reason = new Error('enough');
    await expect(account.fetch('/api/oauth2/userinfo', { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
  });
});

describe('sessions', () => {
  test('end all together for a user that the application disables', async () => {
    const app = createTestApp();
    const cookies = [await app.login(), await app.login()];
    expect(await app.core.endSessionsOf('12345')).toBe(2);
    for (const cookie of cookies) {
      expect(await (await app.send('/auth/session', { headers: { cookie } })).json()).toEqual({
        authenticated: false,
      });
    }
  });

  test('end at their absolute limit however much they are used', async () => {
    const app = createTestApp({ sessionMaxAge: 3600, sessionIdleTimeout: 600 });
    const cookie = await app.login();
    const authenticated = async () =>
      (
        (await (await app.send('/auth/session', { headers: { cookie } })).json()) as {
          authenticated: boolean;
        }
      ).authenticated;
    for (let minutes = 5; minutes < 60; minutes += 5) {
      app.advance(300_000);
      expect(await authenticated()).toBe(true);
    }
    app.advance(300_000);
    expect(await authenticated()).toBe(false);
  });

  test('end when they are idle for too long', async () => {
    const app = createTestApp({ sessionMaxAge: 3600, sessionIdleTimeout: 600 });
    const cookie = await app.login();
    app.advance(600_001);
    expect(await (await app.send('/auth/session', { headers: { cookie } })).json()).toEqual({
      authenticated: false,
    });
  });

  test('of a removed secret are logged out, and of a rotated one live on', async () => {
    const { memoryStore } = await import('./session/memory-store.js');
    const now = () => Date.UTC(2026, 0, 1);
    const store = memoryStore({ now });
    const first = createTestApp({
      store,
      sessionSecret: 'the older secret of over 32 characters',
      clientId: 'same',
    });
    const cookie = await loginAs(first.core);
    const session = async (sessionSecret: string[]) => {
      const app = createTestApp({ store, sessionSecret, clientId: 'same' });
      return (await app.send('/auth/session', { headers: { cookie } })).json();
    };
    const newer = 'the newer secret of over 32 characters';
    expect(await session([newer, 'the older secret of over 32 characters'])).toMatchObject({
      authenticated: true,
    });
    expect(await session([newer])).toEqual({ authenticated: false });
  });
});

test('an application may refuse a user at login', async () => {
  const app = createTestApp({ allowLogin: (user) => user.status === 1 });
  app.mock.setUser(ADA, { status: 2 });
  expect(await app.login(ADA)).toBe('');
  app.mock.setUser(ADA, { status: 1 });
  expect(await app.login(ADA)).not.toBe('');
});

test('an issuer is demanded where it is configured, and only there', async () => {
  for (const [issuer, iss, ok] of [
    ['https://issuer.example', 'https://issuer.example', true],
    ['https://issuer.example', 'https://other.example', false],
    ['https://issuer.example', '', false],
    ['https://issuer.example', undefined, false],
    [undefined, 'https://other.example', true],
  ] as const) {
    const app = createTestApp(issuer === undefined ? {} : { issuer });
    const begun = await app.send('/auth/login');
    const callback = new URL(await app.mock.authorize(begun.headers.get('location') ?? '', ADA));
    if (iss !== undefined) callback.searchParams.set('iss', iss);
    const done = await app.send(callback.href, { headers: { cookie: cookiesOf(begun) } });
    expect([iss, done.headers.get('location')]).toEqual([iss, ok ? '/' : '/?error=provider_error']);
    expect(app.mock.count('token')).toBe(ok ? 1 : 0);
  }
});

import { describe, expect, test } from 'vitest';
import { createEvents } from '../events.js';
import type { ProviderClient } from '../provider/client.js';
import { Secret } from '../secret.js';
import { ADA, createTestApp, type TestApp } from '../test-support/app.js';
import { get, HOUR, isLoggedIn, MINUTE, refreshes, until } from '../test-support/token-requests.js';
import { guardedStore } from './guarded-store.js';
import { memoryStore } from './memory-store.js';
import { createRefresher } from './refresher.js';
import { createSealer } from './sealing.js';
import { createSessions, type LiveSession } from './sessions.js';
import type { SessionStore } from './store.js';
import { createTokenVault } from './token-vault.js';

describe('a refresh that fails', () => {
  test.each<[string, Parameters<TestApp['mock']['fault']>[1], number, string]>([
    ['500', { type: 'status', status: 500 }, 503, 'provider_unavailable'],
    ['429', { type: 'status', status: 429, headers: { 'retry-after': '7' } }, 503, 'provider_unavailable'],
    ['a cut connection', { type: 'drop', when: 'before' }, 503, 'provider_unavailable'],
    ['HTML', { type: 'body', body: '<html>', contentType: 'text/html' }, 502, 'provider_error'],
    ['an empty body', { type: 'body', body: '' }, 502, 'provider_error'],
    ['200 with success false', { type: 'gateway-error', shape: 'success-false' }, 502, 'provider_error'],
    ['200 with an error object', { type: 'gateway-error', shape: 'error-object' }, 502, 'provider_error'],
    [
      '200 that says invalid_grant',
      { type: 'body', body: '{"error":"invalid_grant"}' },
      502,
      'provider_error',
    ],
    [
      'invalid_client',
      { type: 'body', status: 401, body: '{"error":"invalid_client"}' },
      502,
      'provider_error',
    ],
    [
      'a code that nobody knows',
      { type: 'body', status: 400, body: '{"error":"\\u001b[31mx"}' },
      502,
      'provider_error',
    ],
  ])('with %s keeps the session, and the next call works', async (_name, fault, status, code) => {
    const app = createTestApp();
    const cookie = await app.login();
    app.advance(3 * HOUR);
    app.mock.fault('token', fault, { times: 1 });
    expect(await get(app, 'userinfo', cookie)).toEqual([
      status,
      { error: code, message: expect.any(String) },
    ]);
    expect(await isLoggedIn(app, cookie)).toBe(true);
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
  });

  test('with invalid_grant ends the session, once, for everybody who waited', async () => {
    const app = createTestApp();
    const ended: string[] = [];
    app.core.on('sessionEnded', ({ reason }) => ended.push(reason));
    const cookie = await app.login();
    app.mock.revoke(ADA);
    const answers = await Promise.all(Array.from({ length: 50 }, () => get(app, 'userinfo', cookie)));
    expect(new Set(answers.map(([status]) => status))).toEqual(new Set([401]));
    expect(answers[0]?.[1]).toMatchObject({ error: 'session_expired' });
    expect(await isLoggedIn(app, cookie)).toBe(false);
    expect(ended).toEqual(['invalid_grant']);
    expect(refreshes(app)).toBe(1);
  });

  test('after the provider rotated and its answer was lost ends cleanly, without a storm', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    app.advance(3 * HOUR);
    app.mock.fault('token', { type: 'drop', when: 'after' }, { times: 1 });
    expect((await get(app, 'userinfo', cookie))[1]).toMatchObject({ error: 'provider_unavailable' });
    expect((await get(app, 'userinfo', cookie))[1]).toMatchObject({ error: 'session_expired' });
    expect((await get(app, 'userinfo', cookie))[1]).toMatchObject({ error: 'unauthenticated' });
    expect(refreshes(app)).toBe(2);
  });
});

test('a refresh that finishes after a logout does not bring the session back', async () => {
  const store = memoryStore({ now: () => Date.UTC(2026, 0, 1) });
  const app = createTestApp({ store });
  const cookie = await app.login();
  app.advance(3 * HOUR);
  app.mock.fault('token', { type: 'latency', ms: 50 });
  const slow = get(app, 'userinfo', cookie);
  await until(() => refreshes(app) === 1);
  await app.send('/auth/logout', { method: 'POST', headers: { cookie, origin: 'https://app.example.com' } });
  expect((await slow)[0]).toBe(401);
  expect(await isLoggedIn(app, cookie)).toBe(false);
});

describe('lifetimes that make no sense', () => {
  test.each([0, -1, '0', 'x', null])('%j does not make every call refresh', async (expires_in) => {
    const app = createTestApp();
    app.mock.fault('token', { type: 'patch', patch: { expires_in } });
    const cookie = await app.login();
    for (let call = 0; call < 5; call += 1) await get(app, 'userinfo', cookie);
    expect(refreshes(app)).toBe(0);
  });

  test('five minutes are refreshed ahead once, not at every call', async () => {
    const app = createTestApp();
    app.mock.fault('token', { type: 'patch', patch: { expires_in: 299 } });
    const cookie = await app.login();
    for (let call = 0; call < 10; call += 1) {
      await get(app, 'userinfo', cookie);
      await until(() => refreshes(app) === 1);
    }
    expect(refreshes(app)).toBe(1);
  });

  test('1e12 makes no immortal token', async () => {
    const app = createTestApp();
    app.mock.fault('token', { type: 'patch', patch: { expires_in: 1e12 } }, { times: 1 });
    const cookie = await app.login();
    app.advance(25 * HOUR);
    app.mock.clearRequests();
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
    expect([refreshes(app), app.mock.count('userinfo')]).toEqual([1, 1]);
  });
});

describe('the store', () => {
  test('that fails while a refresh is due answers store_unavailable and ends nothing', async () => {
    const inner = memoryStore({ now: () => Date.UTC(2026, 0, 1) });
    let down = false;
    const guarded = new Proxy(inner, {
      get: (target, name: keyof SessionStore) =>
        down ? () => Promise.reject(new Error('down')) : target[name],
    });
    const app = createTestApp({ store: guarded });
    const cookie = await app.login();
    app.advance(3 * HOUR);
    down = true;
    expect((await get(app, 'userinfo', cookie))[1]).toMatchObject({ error: 'store_unavailable' });
    expect((await get(app, 'session', cookie))[1]).toMatchObject({ error: 'store_unavailable' });
    down = false;
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
  });

  test('that goes down at the very moment of a rotation costs nobody the session: the new tokens are kept in hand', async () => {
    const inner = memoryStore({ now: () => Date.UTC(2026, 0, 1) });
    const state = { down: false };
    const store = new Proxy(inner, {
      get: (target, name: keyof SessionStore) =>
        state.down ? () => Promise.reject(new Error('down')) : target[name],
    });
    const provider: { fetch: typeof fetch } = { fetch: () => Promise.reject(new Error('not yet')) };
    const app = createTestApp({ store, fetch: (...request) => provider.fetch(...request) });
    provider.fetch = app.mock.fetch;
    const cookie = await app.login();
    app.advance(3 * HOUR);
    provider.fetch = async (...request) => {
      const response = await app.mock.fetch(...request);
      state.down = true;
      return response;
    };
    const began = Date.now();
    expect((await get(app, 'userinfo', cookie))[1]).toMatchObject({ error: 'store_unavailable' });
    expect(Date.now() - began).toBeLessThan(1_000);
    provider.fetch = app.mock.fetch;
    state.down = false;
    expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
    expect(refreshes(app)).toBe(1);
    expect(app.mock.violations).toEqual([]);
  });
});

test('a refresh ahead that the store fails is told by its event, since nobody waits for it', async () => {
  const inner = memoryStore({ now: () => Date.UTC(2026, 0, 1) });
  const store: SessionStore = { ...inner, lock: () => Promise.reject(new Error('down')) };
  const app = createTestApp({ store });
  const failed = new Promise<string>((resolve) => app.core.on('refreshFailed', ({ code }) => resolve(code)));
  const cookie = await app.login();
  app.advance(2 * HOUR - 4 * MINUTE);
  expect((await get(app, 'userinfo', cookie))[0]).toBe(200);
  expect(await failed).toBe('store_unavailable');
});

test('close() waits until the tokens of a refresh under way are stored', async () => {
  const app = createTestApp();
  const cookie = await app.login();
  const refreshed = new Promise<string>((resolve) => app.core.on('refresh', () => resolve('stored')));
  app.advance(2 * HOUR - 4 * MINUTE);
  app.mock.fault('token', { type: 'latency', ms: 100 });
  await get(app, 'userinfo', cookie);
  const closed = app.core.close().then(() => 'closed');
  expect(await Promise.race([refreshed, closed])).toBe('stored');
  await closed;
});

test('a refresh that got its lock with too little of the lease left is not begun', async () => {
  const clock = { now: 0 };
  const sealer = createSealer(['a secret of more than 32 characters']);
  const vault = createTokenVault('client', sealer, () => 0);
  const store = memoryStore({ now: () => 0 });
  const events = createEvents();
  const limits = { clientId: 'client', sessionMaxAge: 60, sessionIdleTimeout: 60 };
  const sessions = createSessions(limits, store, vault, events, () => 0);
  const user = { id: '1', username: 'ada', email: null, createdAt: null, status: 1 };
  const tokens = { access: new Secret('access'), refresh: new Secret('refresh'), lifetime: 60 };
  const { session } = await sessions.begin(user, tokens, 'profile');
  let asked = 0;
  const provider = {
    refresh: async () => {
      asked += 1;
      return tokens;
    },
  } as unknown as ProviderClient;
  const slow = {
    ...sessions,
    reread: (live: LiveSession) => {
      clock.now += 10_000;
      return sessions.reread(live);
    },
  };
  const settings = { timeout: 10_000, storeTimeout: 2_000, pause: async () => {} };
  const monotonic = () => clock.now;
  const refresher = createRefresher({
    provider,
    sessions: slow,
    store,
    vault,
    events,
    monotonic,
    ...settings,
  });
  await expect(refresher.refreshed(session, session.record.tokens)).rejects.toMatchObject({
    code: 'provider_unavailable',
  });
  expect(asked).toBe(0);
});

test('a store that has failed gives no lock for a while: whoever holds new tokens in hand writes first', async () => {
  let down = true;
  const inner = memoryStore();
  const store = guardedStore(
    {
      ...inner,
      get: async (key) => {
        if (down) throw new Error('down');
        return inner.get(key);
      },
    },
    1_000,
  );
  expect(store.lock('refresh:before', 15_000)).toBeDefined();
  await expect(store.get('x')).rejects.toMatchObject({ code: 'store_unavailable' });
  down = false;
  expect(await store.get('x')).toBeUndefined();
  expect(store.lock('refresh:after', 15_000)).toBeUndefined();
});

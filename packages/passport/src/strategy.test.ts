import { ADA, GRACE, type Site } from '@aihubmix-auth/test-support';
import { describe, expect, it } from 'vitest';
import { Strategy, type StrategyOptions, type VerifyCallback } from './index.js';
import { startClassic } from './testing/classic.js';

let site: Site;
let strategy: Strategy;
let seen: readonly unknown[];
async function start(...given: Parameters<typeof startClassic>) {
  const classic = await startClassic(...given);
  ({ site, strategy, seen } = classic);
  return classic.browser;
}

describe('a classic passport.authenticate', () => {
  it('logs in, and gives the user with where to go and the account', async () => {
    const browser = await start();
    const done = await browser.login({ at: '/auth/login?returnTo=/x?y=1' });
    expect(await done.json()).toMatchObject({
      user: { id: '12345', username: 'ada' },
      returnTo: '/x?y=1',
      username: 'ada',
    });
    expect(await (await browser.visit('/me')).json()).toMatchObject({ username: 'ada' });
    expect([...browser.cookies.keys()].sort()).toEqual(['aihubmix', 'connect.sid']);
  });

  it('lets the option returnTo replace that of the query, checked like it', async () => {
    const browser = await start(undefined, { returnTo: '/here' });
    expect(await (await browser.login({ at: '/auth/login?returnTo=/there' })).json()).toMatchObject({
      returnTo: '/here',
    });
    const other = await start(undefined, { returnTo: '//evil.example' });
    expect(await (await other.login()).json()).toMatchObject({ returnTo: '/' });
  });

  it('goes together with the guard of aihubmixPassport', async () => {
    const browser = await start(
      (options) => new Strategy(options, (_access, _refresh, { id }, done) => done(null, { id })),
    );
    expect((await browser.fetch('/guarded')).status).toBe(401);
    await browser.login();
    expect(await (await browser.fetch('/guarded')).json()).toBe('ada');
  });

  it('carries our session in that of the app with useAppSession and keepSessionInfo', async () => {
    const browser = await start((options) => new Strategy({ ...options, useAppSession: true }), {
      keepSessionInfo: true,
    });
    await browser.login();
    expect([...browser.cookies.keys()]).toEqual(['connect.sid']);
    expect(await (await browser.fetch('/account')).json()).toBe('ada');
    expect(await (await browser.fetch('/me')).json()).toMatchObject({ username: 'ada' });
  });

  it('keeps nothing in the session of the app on the way to the provider', async () => {
    const browser = await start();
    const begun = await browser.visit('/auth/login');
    expect(begun.status).toBe(302);
    expect(begun.headers.get('cache-control')).toBe('no-store');
    expect([...browser.cookies.keys()].every((name) => name.startsWith('aihubmix-login-'))).toBe(true);
  });

  it('finishes logins of several tabs in any order', async () => {
    const browser = await start();
    const [first, second] = [await browser.begin(), await browser.begin({ userId: GRACE })];
    expect((await browser.visit(second)).status).toBe(200);
    expect(await (await browser.visit(first)).json()).toMatchObject({ username: 'ada' });
  });

  it('neither begins nor finishes a login by HEAD or by a prefetch', async () => {
    const browser = await start();
    const back = await browser.begin();
    const { length } = [...browser.cookies];
    for (const path of ['/auth/login', back]) {
      expect((await browser.send(path, { method: 'HEAD' })).status).toBe(405);
      expect((await browser.visit(path, { 'sec-purpose': 'prefetch;prerender' })).status).toBe(503);
    }
    expect([...browser.cookies].length).toBe(length);
    expect((await browser.visit(back)).status).toBe(200);
  });
});

describe('a login that fails', () => {
  const told: unknown[] = [];
  const startTold = (make?: (options: StrategyOptions) => Strategy) => {
    told.length = 0;
    return start(make, {}, (...given) => told.push(given));
  };
  const codes = () => told.map((given) => (Array.isArray(given) ? [given[2]?.code, given[3]] : given));

  it.each([
    ['the user refuses', 'access_denied', 403],
    ['the state was used before', 'invalid_state', 403],
    ['the cookie is gone', 'invalid_state', 403],
    ['the code is refused', 'provider_error', 502],
    ['the provider is down', 'provider_unavailable', 503],
    ['there is no state', 'missing_parameters', 400],
  ])('because %s is a failure with code %s and status %i, never an error', async (why, code, status) => {
    const browser = await startTold();
    let back = await browser.begin({ decision: why === 'the user refuses' ? 'deny' : 'allow' });
    if (why === 'the state was used before') {
      const copy = new Map(browser.cookies);
      await browser.visit(back);
      for (const [name, value] of copy) browser.cookies.set(name, value);
    }
    if (why === 'the cookie is gone') browser.cookies.clear();
    if (why === 'the code is refused') {
      const body = '{"error":"invalid_grant","error_description":"confidential"}';
      site.mock.fault('token', { type: 'body', status: 400, body });
    }
    if (why === 'the provider is down') {
      site.mock.fault('token', { type: 'status', status: 503, headers: { 'retry-after': '7' } });
    }
    if (why === 'there is no state') back = '/auth/callback?code=x';
    told.length = 0;
    const failed = await browser.visit(back);
    expect(codes()).toEqual([[code, status]]);
    expect(JSON.stringify(told)).not.toContain('confidential');
    expect(failed.headers.get('cache-control')).toBe('no-store');
    expect(failed.headers.get('retry-after')).toBe(why === 'the provider is down' ? '7' : null);
    expect(failed.headers.getSetCookie().filter((line) => line.startsWith('aihubmix='))).toEqual([]);
  });

  it('shows its code to an error handler after failWithError', async () => {
    const browser = await start(undefined, { failWithError: true });
    const failed = await browser.login({ decision: 'deny' });
    expect(failed.status).toBe(403);
    expect(seen).toMatchObject([{ authInfo: { error: { code: 'access_denied', status: 403 } } }]);
  });

  it('is answered with its status, or redirected by failureRedirect', async () => {
    const browser = await start();
    expect((await browser.login({ decision: 'deny' })).status).toBe(403);
    const other = await start(undefined, { failureRedirect: '/sorry' });
    expect((await other.login({ decision: 'deny' })).headers.get('location')).toBe('/sorry');
  });

  it('because verify refuses is access_denied with what verify said, and begins no session', async () => {
    const browser = await startTold(
      (options) =>
        new Strategy(options, (_access, _refresh, _profile, done) =>
          done(null, false, { message: 'Members only.', hint: 'ask' }),
        ),
    );
    const failed = await browser.login();
    expect(told).toMatchObject([
      [null, false, { code: 'access_denied', message: 'Members only.', hint: 'ask' }, 403],
    ]);
    expect(failed.headers.getSetCookie().every((line) => line.includes('Max-Age=0'))).toBe(true);
    expect(await strategy.core.endSessionsOf('12345')).toBe(0);
  });

  it.each([
    ['gives an error', (done: VerifyCallback) => done(new Error('database down'))],
    [
      'throws',
      () => {
        throw new Error('database down');
      },
    ],
    ['rejects', () => Promise.reject(new Error('database down'))],
  ])('because verify %s is an error, and begins no session', async (_how, act) => {
    const browser = await start(
      (options) => new Strategy(options, (_access, _refresh, _profile, done) => act(done)),
    );
    expect((await browser.login()).status).toBe(500);
    expect(seen).toMatchObject([{ message: 'database down' }]);
    expect(await strategy.core.endSessionsOf('12345')).toBe(0);
  });

  it('can be put into the words of a subclass, which never sees what the provider said', async () => {
    const bodies: unknown[] = [];
    class Worded extends Strategy {
      override parseErrorResponse(body: string, status: number): Error {
        bodies.push(JSON.parse(body), status);
        return new Error('Please try again.');
      }
    }
    const browser = await startTold((options) => new Worded(options));
    site.mock.fault('token', { type: 'status', status: 500, body: 'confidential' });
    await browser.login();
    expect(told).toMatchObject([[null, false, { message: 'Please try again.' }, 503]]);
    expect(bodies).toEqual([{ error: 'provider_unavailable', message: expect.any(String) }, 503]);
  });
});

describe('logging in as another user', () => {
  it('ends the session of the first', async () => {
    const browser = await start();
    await browser.login({ userId: ADA });
    await browser.login({ userId: GRACE });
    expect(await strategy.core.endSessionsOf('12345')).toBe(0);
    expect(await strategy.core.endSessionsOf('67890')).toBe(1);
  });
});

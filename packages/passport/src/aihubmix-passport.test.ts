import express from 'express';
import session from 'express-session';
import passport from 'passport';
import { afterEach, describe, expect, it } from 'vitest';
import { clientOf, GRACE, serve } from '../../express/src/testing/site.js';
import { AihubmixError, aihubmixPassport, Strategy } from './index.js';
import { type App, asked, NEWEST, OLDEST, post, startApp } from './testing/app.js';

let app: App;
afterEach(async () => {
  expect(app.site.mock.violations).toEqual([]);
  await app.site.close();
});

/** An application that has users of its own. */
const verify = async ({ user }: { user: { username: string } }) => ({ name: user.username.toUpperCase() });
const refusedAs = (error: string) => expect.objectContaining({ error });
const fails = (_sid: string, _session: unknown, done?: (error?: unknown) => void) =>
  done?.(new Error('disk full'));

describe.each([
  ['the newest Express and Passport', NEWEST],
  ['the oldest Express and Passport', OLDEST],
])('with %s', (_name, stack) => {
  it('logs in, shows user and account behind the guard, and logs out of both sessions', async () => {
    app = await startApp({}, stack);
    const { browser } = app;
    const done = await browser.login({ at: '/auth/login?returnTo=/private?a=b' });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/private?a=b']);
    expect(await asked(browser, '/private')).toMatchObject([
      200,
      { user: { id: '12345', username: 'ada' }, account: 'ada' },
    ]);
    expect(await asked(browser, '/user')).toMatchObject([200, { username: 'ada' }]);
    expect((await post(browser, '/auth/logout')).status).toBe(204);
    expect(await asked(browser, '/private')).toEqual([401, refusedAs('unauthenticated')]);
    expect(await asked(browser, '/user')).toEqual([200, null]);
  });

  it('answers failed logins as the contract says', async () => {
    app = await startApp({}, stack);
    const { browser, site } = app;
    const denied = await browser.login({ decision: 'deny' });
    expect([denied.status, denied.headers.get('location')]).toEqual([303, '/?error=access_denied']);
    expect(await asked(browser, '/auth/callback?code=x&state=y')).toEqual([403, refusedAs('invalid_state')]);
    site.mock.fault('token', { type: 'status', status: 500 }, { times: 1 });
    const down = await browser.login();
    expect(down.headers.get('location')).toBe('/?error=provider_unavailable');
    expect((await browser.send('/auth/callback', { method: 'HEAD' })).status).toBe(405);
    expect((await browser.visit('/auth/login', { 'sec-purpose': 'prefetch' })).status).toBe(503);
  });
});

describe('the routes', () => {
  it('send a browser that is logged in on, when it comes back to a callback that is done', async () => {
    app = await startApp();
    const { browser } = app;
    const back = await browser.begin();
    const copy = new Map(browser.cookies);
    await browser.visit(back);
    for (const [name, value] of copy) browser.cookies.set(name, value);
    const again = await browser.visit(back);
    expect([again.status, again.headers.get('location')]).toEqual([303, '/']);
    expect((await asked(browser, '/private'))[0]).toBe(200);
  });

  it('answer a popup with its page', async () => {
    app = await startApp();
    const done = await app.browser.login({ at: '/auth/login?popup=1' });
    expect(await done.text()).toContain('aihubmix:login');
    expect((await asked(app.browser, '/private'))[0]).toBe(200);
  });

  it('call the hooks of a subclass', async () => {
    class Custom extends Strategy {
      override authorizationParams() {
        return { lang: 'pt' };
      }
    }
    app = await startApp();
    const other = await serve((options) => {
      const own = new passport.Passport();
      return express().use(aihubmixPassport(own, new Custom(options)));
    });
    const begun = await other.browser().visit('/auth/login');
    expect(begun.headers.get('location')).toContain('lang=pt');
    await other.close();
  });

  it('say what is missing when there is no session to log in to', async () => {
    app = await startApp();
    const faults: AihubmixError[] = [];
    const bare = await serve((options) => {
      const auth = aihubmixPassport(new passport.Passport(), options);
      auth.core.on('fault', ({ error }) => faults.push(error));
      return express().use(auth);
    });
    const failed = await bare.browser().login();
    expect(failed.headers.get('location')).toBe('/?error=server_error');
    expect(faults).toMatchObject([{ message: expect.stringContaining('express-session') }]);
    await bare.close();
  });
});

describe('verify', () => {
  it('makes the user behind the guard', async () => {
    app = await startApp({ verify });
    await app.browser.login();
    expect(await asked(app.browser, '/private')).toEqual([200, { user: { name: 'ADA' }, account: 'ada' }]);
  });

  it('refuses with access_denied, and then there is no session of any kind', async () => {
    app = await startApp({ verify: () => false });
    const refused = await app.browser.login();
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/?error=access_denied']);
    expect(app.browser.cookies.size).toBe(0);
    expect(await app.auth.core.endSessionsOf('12345')).toBe(0);
  });

  it('may refuse with an error of ours, and ends in server_error when it throws anything else', async () => {
    let thrown = new AihubmixError('insufficient_scope', 'Grant the balance.') as Error;
    app = await startApp({
      verify: () => {
        throw thrown;
      },
    });
    const refused = await app.browser.login();
    expect(refused.headers.get('location')).toBe('/?error=insufficient_scope');
    thrown = new Error('database down');
    expect((await app.browser.login()).headers.get('location')).toBe('/?error=server_error');
    expect(app.browser.cookies.size).toBe(0);
  });
});

describe('two sessions', () => {
  it('begin with new ids, so that nothing planted before survives', async () => {
    app = await startApp();
    const { browser, site } = app;
    await post(browser, '/local-login');
    const planted = browser.cookies.get('connect.sid') ?? '';
    await browser.login();
    expect(browser.cookies.get('connect.sid')).not.toBe(planted);
    const thief = site.browser();
    thief.cookies.set('connect.sid', planted);
    expect(await asked(thief, '/user')).toEqual([200, null]);
  });

  it('change hands together when another user logs in', async () => {
    app = await startApp({ verify });
    const { browser, auth } = app;
    await browser.login();
    await browser.login({ userId: GRACE });
    expect(await asked(browser, '/private')).toEqual([200, { user: { name: 'GRACE' }, account: 'grace' }]);
    expect(await auth.core.endSessionsOf('12345')).toBe(0);
  });

  it("do not begin at all when the application's cannot be saved, and the user before stays", async () => {
    app = await startApp();
    const { browser, appStore, auth } = app;
    await browser.login();
    const back = await browser.begin({ userId: GRACE });
    const { set } = appStore;
    appStore.set = fails;
    const failed = await browser.visit(back);
    expect([failed.status, failed.headers.get('location')]).toEqual([303, '/?error=store_unavailable']);
    expect(await asked(browser, await browser.begin({ userId: GRACE }))).toEqual([
      503,
      refusedAs('store_unavailable'),
    ]);
    appStore.set = set;
    expect(await auth.core.endSessionsOf('67890')).toBe(0);
    expect(await asked(browser, '/private')).toMatchObject([200, { account: 'ada' }]);
  });

  it('do not begin at all when ours cannot be stored', async () => {
    app = await startApp();
    const { browser, store } = app;
    const { create } = store;
    store.create = () => Promise.reject(new Error('down'));
    const failed = await browser.login();
    expect(failed.headers.get('location')).toBe('/?error=store_unavailable');
    store.create = create;
    expect(await asked(browser, '/user')).toEqual([200, null]);
    expect((await asked(browser, '/private'))[0]).toBe(401);
  });

  it('end together, or logout says that it failed', async () => {
    app = await startApp();
    const { browser, appStore } = app;
    await browser.login();
    const { set } = appStore;
    appStore.set = fails;
    const failed = await post(browser, '/auth/logout');
    expect([failed.status, await failed.json()]).toEqual([503, refusedAs('store_unavailable')]);
    appStore.set = set;
    expect((await post(browser, '/auth/logout')).status).toBe(204);
    expect(await asked(browser, '/user')).toEqual([200, null]);
  });

  it('stay when a logout is refused', async () => {
    app = await startApp();
    const { browser } = app;
    await browser.login();
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await browser.send('/auth/logout', { method: 'POST', headers })).status).toBe(403);
    expect((await browser.visit('/auth/logout')).status).toBe(405);
    expect(await asked(browser, '/user')).toMatchObject([200, { username: 'ada' }]);
  });
});

describe('two instances', () => {
  it('are kept apart by name', async () => {
    app = await startApp();
    const two = await serve((options, mock) => {
      const own = new passport.Passport();
      own.serializeUser((user, done) => done(null, user));
      own.deserializeUser((user: Express.User, done) => done(null, user));
      const first = aihubmixPassport(own, options);
      const client = clientOf(mock, options.redirectUri.replace('/auth/', '/second/'));
      const second = aihubmixPassport(own, {
        ...options,
        ...client,
        name: 'aihubmix-second',
        basePath: '/second',
      });
      const server = express();
      server.use(session({ secret: 'of the app', resave: false, saveUninitialized: false }), own.session());
      server.use(first, second);
      for (const [path, auth] of [
        ['/one', first],
        ['/two', second],
      ] as const) {
        server.get(path, auth.requireLogin, (request, response) => {
          response.json(request.aihubmix.user.username);
        });
      }
      return server;
    });
    const browser = two.browser();
    await browser.login();
    expect((await asked(browser, '/two'))[0]).toBe(401);
    await browser.login({ userId: GRACE, at: '/second/login' });
    expect(await asked(browser, '/one')).toEqual([200, 'ada']);
    expect(await asked(browser, '/two')).toEqual([200, 'grace']);
    await post(browser, '/second/logout');
    expect((await asked(browser, '/one'))[0]).toBe(200);
    expect((await asked(browser, '/two'))[0]).toBe(401);
    await two.close();
  });
});

import { GRACE, serve } from '@aihubmix-auth/test-support';
import express from 'express';
import passport from 'passport';
import { describe, expect, it } from 'vitest';
import { AihubmixError, aihubmixPassport, Strategy } from './index.js';
import { type App, asked, NEWEST, OLDEST, startApp } from './testing/app.js';

let app: App;
/** An application that has users of its own. */
const verify = async ({ user }: { user: { username: string } }) => ({ name: user.username.toUpperCase() });
const refusedAs = (error: string) => expect.objectContaining({ error });
const fails = (_sid: string, _session: unknown, done?: (error?: unknown) => void) =>
  done?.(new Error('disk full'));

describe.each([
  ['the newest Express and Passport', NEWEST],
  ['the oldest Express and Passport', OLDEST],
])('with %s', (_name, stack) => {
  it('logs in, shows user and account behind the guard, and logs out', async () => {
    app = await startApp({}, stack);
    const { browser } = app;
    const done = await browser.login({ at: '/auth/login?returnTo=/private?a=b' });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/private?a=b']);
    expect(await asked(browser, '/private')).toMatchObject([
      200,
      { user: { id: '12345', username: 'ada' }, account: 'ada', isAuthenticated: true },
    ]);
    expect((await browser.post('/auth/logout')).status).toBe(204);
    expect(await asked(browser, '/private')).toEqual([401, refusedAs('unauthenticated')]);
  });

  it('begins and ends the login of a user that verify made in both sessions', async () => {
    app = await startApp({ verify }, stack);
    const { browser } = app;
    await browser.login();
    expect(await asked(browser, '/private')).toEqual([
      200,
      { user: { name: 'ADA' }, account: 'ada', isAuthenticated: true },
    ]);
    expect(await asked(browser, '/user')).toEqual([200, { name: 'ADA' }]);
    expect((await browser.post('/auth/logout')).status).toBe(204);
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
    const begun = await other.browser.visit('/auth/login');
    expect(begun.headers.get('location')).toContain('lang=pt');
  });

  it('say what is missing when there is no session that could keep the user of a verify', async () => {
    app = await startApp();
    const faults: AihubmixError[] = [];
    const bare = await serve((options) => {
      const auth = aihubmixPassport(new passport.Passport(), { ...options, verify });
      auth.core.on('fault', ({ error }) => faults.push(error));
      return express().use(auth);
    });
    const failed = await bare.browser.login();
    expect(failed.headers.get('location')).toBe('/?error=server_error');
    expect(faults).toMatchObject([{ message: expect.stringContaining('express-session') }]);
  });
});

describe('without verify', () => {
  it("keeps nothing in the application's session, and ends no login that is there", async () => {
    app = await startApp();
    const { browser } = app;
    await browser.login();
    expect([...browser.cookies.keys()]).toEqual(['aihubmix']);
    await browser.post('/local-login');
    expect(await asked(browser, '/private')).toMatchObject([200, { user: { username: 'ada' } }]);
    expect(await asked(browser, '/user')).toEqual([200, { local: true }]);
  });

  it('needs neither express-session nor passport.session()', async () => {
    app = await startApp();
    const bare = await serve((options) => {
      const auth = aihubmixPassport(new passport.Passport(), options);
      const server = express().use(auth);
      return server.get('/private', auth.requireLogin, (request, response) => {
        response.json([request.user, request.isAuthenticated()]);
      });
    });
    const browser = bare.browser;
    await browser.login();
    expect(await asked(browser, '/private')).toMatchObject([200, [{ username: 'ada' }, true]]);
  });
});

describe('verify', () => {
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
    app = await startApp({ verify });
    const { browser, site } = app;
    await browser.post('/local-login');
    const planted = browser.cookies.get('connect.sid') ?? '';
    await browser.login();
    expect(browser.cookies.get('connect.sid')).not.toBe(planted);
    const thief = site.anotherBrowser();
    thief.cookies.set('connect.sid', planted);
    expect(await asked(thief, '/user')).toEqual([200, null]);
  });

  it('change hands together when another user logs in', async () => {
    app = await startApp({ verify });
    const { browser, auth } = app;
    await browser.login();
    await browser.login({ userId: GRACE });
    expect(await asked(browser, '/private')).toEqual([
      200,
      { user: { name: 'GRACE' }, account: 'grace', isAuthenticated: true },
    ]);
    expect(await auth.core.endSessionsOf('12345')).toBe(0);
  });

  it("do not begin at all when the application's cannot be saved", async () => {
    app = await startApp({ verify });
    const { browser, appStore, auth } = app;
    const [back, again] = [await browser.begin(), await browser.begin()];
    const { set } = appStore;
    appStore.set = fails;
    const failed = await browser.visit(back);
    expect([failed.status, failed.headers.get('location')]).toEqual([303, '/?error=store_unavailable']);
    expect(await asked(browser, again)).toEqual([503, refusedAs('store_unavailable')]);
    appStore.set = set;
    expect(await auth.core.endSessionsOf('12345')).toBe(0);
    expect(await asked(browser, '/user')).toEqual([200, null]);
  });

  it('do not begin at all when ours cannot be stored', async () => {
    app = await startApp({ verify });
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
    app = await startApp({ verify });
    const { browser, appStore } = app;
    await browser.login();
    const { destroy } = appStore;
    appStore.destroy = (_sid, done) => done?.(new Error('disk full'));
    const failed = await browser.post('/auth/logout');
    expect([failed.status, await failed.json()]).toEqual([503, refusedAs('store_unavailable')]);
    appStore.destroy = destroy;
    expect((await browser.post('/auth/logout')).status).toBe(204);
    expect(await asked(browser, '/user')).toEqual([200, null]);
  });

  it('stay when a logout is refused', async () => {
    app = await startApp({ verify });
    const { browser } = app;
    await browser.login();
    const headers = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };
    expect((await browser.send('/auth/logout', { method: 'POST', headers })).status).toBe(403);
    expect((await browser.visit('/auth/logout')).status).toBe(405);
    expect((await asked(browser, '/private'))[0]).toBe(200);
  });
});

describe('two instances', () => {
  it('are kept apart by name', async () => {
    app = await startApp();
    const two = await serve((options, anotherApp) => {
      const own = new passport.Passport();
      const first = aihubmixPassport(own, options);
      const second = aihubmixPassport(own, { ...anotherApp('/second'), name: 'aihubmix-second' });
      const server = express().use(first, second);
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
    const browser = two.browser;
    await browser.login();
    expect((await asked(browser, '/two'))[0]).toBe(401);
    await browser.login({ userId: GRACE, at: '/second/login' });
    expect(await asked(browser, '/one')).toEqual([200, 'ada']);
    expect(await asked(browser, '/two')).toEqual([200, 'grace']);
    await browser.post('/second/logout');
    expect((await asked(browser, '/one'))[0]).toBe(200);
    expect((await asked(browser, '/two'))[0]).toBe(401);
  });
});

import { type Browser, GRACE, type Site, serve } from '@aihubmix-auth/test-support';
import express from 'express';
import session, { MemoryStore } from 'express-session';
import { beforeEach, describe, expect, it } from 'vitest';
import { aihubmix } from './index.js';

declare module 'express-session' {
  interface SessionData {
    visits: number;
  }
}

let site: Site;
let browser: Browser;
let store: MemoryStore;
beforeEach(async () => {
  site = await serve((options) => {
    store = new MemoryStore();
    const app = express();
    app.use(session({ secret: 'of the app', resave: false, saveUninitialized: false, store }));
    const auth = aihubmix({ ...options, useAppSession: true });
    app.use(auth);
    app.get('/visits', (request, response) => {
      request.session.visits = (request.session.visits ?? 0) + 1;
      response.json(request.session.visits);
    });
    app.get('/private', auth.requireLogin, (request, response) => {
      response.json(request.aihubmix.user.username);
    });
    app.post('/regenerate', (request, response) => {
      request.session.regenerate(() => response.end());
    });
    return app;
  });
  browser = site.browser;
});
const sid = () => browser.cookies.get('connect.sid');

describe('useAppSession', () => {
  it('carries the session in express-session, with no cookie of ours', async () => {
    const done = await browser.login();
    expect(done.status).toBe(303);
    expect([...browser.cookies.keys()]).toEqual(['connect.sid']);
    expect(await (await browser.visit('/private')).json()).toBe('ada');
  });

  it('begins a new session of the app at login, so that nothing planted before survives', async () => {
    await browser.visit('/visits');
    const planted = sid();
    await browser.login();
    expect(sid()).not.toBe(planted);
    expect(await (await browser.visit('/visits')).json()).toBe(1);
    const thief = site.anotherBrowser();
    thief.cookies.set('connect.sid', planted ?? '');
    expect((await thief.fetch('/private')).status).toBe(401);
  });

  it('ends the session of the app at logout', async () => {
    await browser.login();
    await browser.visit('/visits');
    const copy = sid() ?? '';
    expect((await browser.post('/auth/logout')).status).toBe(204);
    browser.cookies.set('connect.sid', copy);
    expect((await browser.fetch('/private')).status).toBe(401);
    expect(await (await browser.visit('/visits')).json()).toBe(1);
  });

  it('is logged out when the app begins another session', async () => {
    await browser.login();
    await browser.send('/regenerate', { method: 'POST' });
    expect((await browser.fetch('/private')).status).toBe(401);
  });

  it('changes the user when another one logs in in the same browser', async () => {
    await browser.login();
    await browser.login({ userId: GRACE });
    expect(await (await browser.visit('/private')).json()).toBe('grace');
  });

  it("answers store_unavailable when the app's session cannot be saved, and nobody is logged in", async () => {
    const back = await browser.begin();
    const save = store.set;
    store.set = (_sid, _session, done) => done?.(new Error('disk full'));
    const failed = await browser.visit(back);
    expect([failed.status, failed.headers.get('location')]).toEqual([303, '/?error=store_unavailable']);
    store.set = save;
    expect((await browser.fetch('/private')).status).toBe(401);
  });

  it('says what is missing when there is no session of the app', async () => {
    const bare = await serve((options) => express().use(aihubmix({ ...options, useAppSession: true })));
    const response = await bare.browser.fetch('/auth/session');
    expect([response.status, await response.json()]).toMatchObject([500, { error: 'server_error' }]);
  });
});

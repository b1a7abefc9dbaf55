import { type Site, serve } from '@aihubmix-auth/test-support';
import Router from '@koa/router';
import Koa from 'koa';
import session from 'koa-session';
import { describe, expect, it } from 'vitest';
import { aihubmix } from './index.js';

const LOGOUT = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };

/** A store that other processes could share; it fails while `down`. */
function createStore() {
  const sessions = new Map<string, unknown>();
  const store = {
    down: false,
    sessions,
    async get(key: string): Promise<unknown> {
      return sessions.get(key);
    },
    async set(key: string, value: unknown): Promise<void> {
      if (store.down) throw new Error('connection refused');
      sessions.set(key, structuredClone(value));
    },
    async destroy(key: string): Promise<void> {
      sessions.delete(key);
    },
  };
  return store;
}

type Store = ReturnType<typeof createStore>;

function serveWithSession(store?: Store, autoCommit = true): Promise<Site> {
  return serve((options) => {
    const app = new Koa();
    const router = new Router();
    const auth = aihubmix({ ...options, useAppSession: true });
    app.silent = true;
    app.keys = ['a key of the application'];
    app.use(session({ autoCommit, ...(store === undefined ? {} : { store }) }, app));
    app.use(auth);
    router.get('/plant', async (ctx) => {
      ctx.session.planted = 'before the login';
      await ctx.session.save();
      ctx.body = '';
    });
    router.get('/private', auth.requireLogin, (ctx) => {
      ctx.body = { ...ctx.state.user, planted: ctx.session.planted };
    });
    return app.use(router.routes()).callback();
  });
}

describe.each([
  ['in a cookie', undefined, true],
  ['in a store', createStore(), true],
  ['in a store, without autoCommit', createStore(), false],
])('useAppSession with a koa-session %s', (_where, store, autoCommit) => {
  it('logs in and out with it, and sets no session cookie of ours', async () => {
    const { browser } = await serveWithSession(store, autoCommit);
    const back = await browser.login();
    expect(back.status).toBe(303);
    const names = back.headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).toContain('koa.sess');
    expect(names).not.toContain('aihubmix');
    expect(await (await browser.send('/private')).json()).toMatchObject({ id: '12345' });

    expect((await browser.send('/auth/logout', LOGOUT)).status).toBe(204);
    expect((await browser.send('/private')).status).toBe(401);
  });

  it('begins a new one at login, without what the old one held', async () => {
    const { browser } = await serveWithSession(store, autoCommit);
    await browser.send('/plant');
    const before = new Set(store?.sessions.keys());
    await browser.login();
    expect(await (await browser.send('/private')).json()).not.toHaveProperty('planted');
    if (store !== undefined) expect([...store.sessions.keys()].filter((key) => before.has(key))).toEqual([]);
  });
});

describe('useAppSession', () => {
  it('never redirects before the session was saved', async () => {
    const store = createStore();
    const { browser } = await serveWithSession(store, false);
    store.down = true;
    const back = await browser.login();
    expect(back.headers.get('location')).toBe('/?error=store_unavailable');
    expect((await browser.send('/private')).status).toBe(401);
  });

  it('says what is missing without a session of the application', async () => {
    const { browser } = await serve((options) => {
      const app = new Koa();
      return app.use(aihubmix({ ...options, useAppSession: true })).callback();
    });
    const response = await browser.send('/auth/session');
    expect([response.status, await response.json()]).toMatchObject([
      500,
      { error: 'server_error', message: expect.stringContaining('koa-session') },
    ]);
  });
});

import cookie from '@fastify/cookie';
import session, { type FastifySessionOptions } from '@fastify/session';
import { describe, expect, it } from 'vitest';
import { aihubmix } from './index.js';
import { type FastifySite, serveFastify } from './testing/site.js';

declare module 'fastify' {
  interface Session {
    planted?: string;
  }
}

const LOGOUT = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };

function serveWithSession(options: Partial<FastifySessionOptions> = {}): Promise<FastifySite> {
  return serveFastify(async (app, siteOptions) => {
    await app.register(cookie);
    await app.register(session, {
      secret: 'a secret of the application, long enough',
      cookie: { secure: 'auto' },
      ...options,
    });
    await app.register(aihubmix, { ...siteOptions, useAppSession: true });
    app.get('/plant', async (request) => {
      request.session.planted = 'before the login';
      return '';
    });
    app.get('/private', { preHandler: app.aihubmix.requireLogin }, async (request) => ({
      ...request.aihubmix.user,
      planted: request.session.planted,
    }));
  });
}

describe.each([true, false])('useAppSession with saveUninitialized %s', (saveUninitialized) => {
  it('logs in and out with the session, and sets no session cookie of ours', async () => {
    const { browser } = await serveWithSession({ saveUninitialized });
    const back = await browser.login();
    expect(back.status).toBe(303);
    const names = back.headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).toContain('sessionId');
    expect(names).not.toContain('aihubmix');
    expect(await (await browser.send('/private')).json()).toMatchObject({ id: '12345' });

    expect((await browser.send('/auth/logout', LOGOUT)).status).toBe(204);
    expect((await browser.send('/private')).status).toBe(401);
  });

  it('begins a new one at login, without what the old one held', async () => {
    const { browser } = await serveWithSession({ saveUninitialized });
    await browser.send('/plant');
    await browser.login();
    expect(await (await browser.send('/private')).json()).not.toHaveProperty('planted');
  });
});

describe('useAppSession', () => {
  it('never redirects before the session was saved', async () => {
    const store = new session.MemoryStore(new Map());
    const { browser } = await serveWithSession({ store, saveUninitialized: false });
    store.set = (_id, _session, done) => done(new Error('connection refused'));
    const back = await browser.login();
    expect(back.headers.get('location')).toBe('/?error=store_unavailable');
    expect((await browser.send('/private')).status).toBe(401);
  });
});

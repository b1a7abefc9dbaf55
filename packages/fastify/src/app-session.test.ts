import cookie from '@fastify/cookie';
import session, { type FastifySessionOptions } from '@fastify/session';
import { describe, expect, it } from 'vitest';
import { aihubmix } from './index.js';
import { type Site, serve } from './testing/site.js';

declare module 'fastify' {
  interface Session {
    planted?: string;
  }
}

const LOGOUT = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };

function serveWithSession(options: Partial<FastifySessionOptions> = {}): Promise<Site> {
  return serve(async (app, register) => {
    await app.register(cookie);
    await app.register(session, {
      secret: 'a secret of the application, long enough',
      cookie: { secure: 'auto' },
      ...options,
    });
    await app.register(aihubmix, { ...register(), useAppSession: true });
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
    const { visitor } = await serveWithSession({ saveUninitialized });
    const back = await visitor.logIn();
    expect(back.status).toBe(303);
    const names = back.headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).toContain('sessionId');
    expect(names).not.toContain('aihubmix');
    expect(await (await visitor.ask('/private')).json()).toMatchObject({ id: '12345' });

    expect((await visitor.ask('/auth/logout', LOGOUT)).status).toBe(204);
    expect((await visitor.ask('/private')).status).toBe(401);
  });

  it('begins a new one at login, without what the old one held', async () => {
    const { visitor } = await serveWithSession({ saveUninitialized });
    await visitor.ask('/plant');
    await visitor.logIn();
    expect(await (await visitor.ask('/private')).json()).not.toHaveProperty('planted');
  });
});

describe('useAppSession', () => {
  it('never redirects before the session was saved', async () => {
    const store = new session.MemoryStore(new Map());
    const { visitor } = await serveWithSession({ store, saveUninitialized: false });
    store.set = (_id, _session, done) => done(new Error('connection refused'));
    const back = await visitor.logIn();
    expect(back.headers.get('location')).toBe('/?error=store_unavailable');
    expect((await visitor.ask('/private')).status).toBe(401);
  });
});

import { createRequire } from 'node:module';
import { loginAs } from '@aihubmix-auth/core/testing';
import { ADA, GRACE, type Site, serve } from '@aihubmix-auth/test-support';
import express5 from 'express';
import { describe, expect, it } from 'vitest';
import { type AihubmixOptions, aihubmix, ConfigurationError, type ExpressAihubmix } from './index.js';

const require = createRequire(import.meta.url);
const express4: typeof express5 = require('express4');

let site: Site;
describe.each([
  ['5', express5],
  ['4', express4],
])('on Express %s', (_version, express) => {
  let auth: ExpressAihubmix;
  const start = async (changes: Partial<AihubmixOptions> = {}, before: express5.RequestHandler[] = []) => {
    site = await serve((options) => {
      auth = aihubmix({ ...options, ...changes });
      const app = express();
      for (const handler of before) app.use(handler);
      app.use(auth);
      app.get('/private', auth.requireLogin, (request, response) => {
        response.json(request.aihubmix.user);
      });
      app.get('/balance', auth.requireLogin, async (request, response) => {
        response.json(await request.aihubmix.balance());
      });
      app.get('/', (request, response, next) => {
        auth.account(request).then((account) => response.send(account?.user.username ?? 'nobody'), next);
      });
      return app;
    });
    return site.browser;
  };

  it('logs a user in, shows who it is, and logs out', async () => {
    const browser = await start();
    const done = await browser.login({ at: '/auth/login?returnTo=/private' });
    expect([done.status, done.headers.get('location')]).toEqual([303, '/private']);
    expect([...browser.cookies.keys()]).toEqual(['aihubmix']);
    expect(await (await browser.visit('/private')).json()).toMatchObject({ id: '12345', username: 'ada' });
    expect(await (await browser.visit('/balance')).json()).toMatchObject({ amount: '750.00' });
    expect((await browser.post('/auth/logout')).status).toBe(204);
    expect(browser.cookies.size).toBe(0);
    expect((await browser.fetch('/private')).status).toBe(401);
  });

  it('tells by account() whether somebody is logged in', async () => {
    const browser = await start();
    expect(await (await browser.visit('/')).text()).toBe('nobody');
    await browser.login({ userId: GRACE });
    expect(await (await browser.visit('/')).text()).toBe('grace');
  });

  it('lets requireLogin send a browser to the login and back to the same path and query', async () => {
    const browser = await start();
    const sent = await browser.visit('/private?a=b&c=%20d');
    expect([sent.status, sent.headers.get('location')]).toEqual([
      302,
      '/auth/login?returnTo=%2Fprivate%3Fa%3Db%26c%3D%2520d',
    ]);
    expect(sent.headers.get('cache-control')).toBe('no-store');
    const done = await browser.login({ at: sent.headers.get('location') ?? '' });
    expect(done.headers.get('location')).toBe('/private?a=b&c=%20d');
  });

  it('answers 401 to whoever is no browser, and lets no handler run', async () => {
    const browser = await start();
    const refused = await browser.fetch('/private');
    expect([refused.status, await refused.json()]).toMatchObject([401, { error: 'unauthenticated' }]);
  });

  it('sends a user who refused to the error path, and tells a JSON client in JSON', async () => {
    const browser = await start({ errorPath: '/welcome' });
    const refused = await browser.login({ decision: 'deny' });
    expect([refused.status, refused.headers.get('location')]).toEqual([303, '/welcome?error=access_denied']);
    const back = await browser.begin({ decision: 'deny' });
    const told = await browser.fetch(back);
    expect([told.status, await told.json()]).toMatchObject([403, { error: 'access_denied' }]);
  });

  it('answers provider_unavailable when the provider is down, and keeps the session', async () => {
    const browser = await start();
    await browser.login();
    site.mock.fault('userinfo', { type: 'status', status: 503 }, { times: 1 });
    const down = await browser.fetch('/auth/balance');
    expect([down.status, await down.json()]).toMatchObject([503, { error: 'provider_unavailable' }]);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
  });

  it('answers 405 to another method and leaves what it does not know to the app', async () => {
    const browser = await start();
    const wrong = await browser.send('/auth/login', { method: 'HEAD' });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET']);
    const unknown = await browser.visit('/auth/unknown');
    expect([unknown.status, unknown.headers.get('cache-control')]).toEqual([404, 'no-store']);
  });

  it.each([
    ['by itself', []],
    ['where express.urlencoded() has read it', [express.urlencoded({ extended: false })]],
    ['where the extended express.urlencoded() has read it', [express.urlencoded({ extended: true })]],
  ])('reads the form of a logout %s', async (_how, before) => {
    const browser = await start({}, before);
    await browser.login();
    const post = (body: string) =>
      browser.send('/auth/logout?returnTo=/query', {
        method: 'POST',
        headers: { accept: 'text/html', origin: site.origin },
        body: new URLSearchParams(body),
      });
    const done = await post('returnTo=/bye?now=1');
    expect([done.status, done.headers.get('location')]).toEqual([303, '/bye?now=1']);
    expect((await post('returnTo=//evil.example')).headers.get('location')).toBe('/');
    expect((await post('')).headers.get('location')).toBe('/query');
    expect((await browser.fetch('/private')).status).toBe(401);
  });

  it('works under a sub-router', async () => {
    site = await serve((options) => {
      const router = express.Router();
      const auth = aihubmix(options);
      router.use(auth);
      router.get('/private', auth.requireLogin, (request, response) => {
        response.json(request.aihubmix.user);
      });
      return express().use('/app', router);
    }, '/app/auth');
    const browser = site.browser;
    const sent = await browser.visit('/app/private?x=1');
    expect(sent.headers.get('location')).toBe('/app/auth/login?returnTo=%2Fapp%2Fprivate%3Fx%3D1');
    const done = await browser.login({ at: sent.headers.get('location') ?? '' });
    expect(done.headers.get('location')).toBe('/app/private?x=1');
    expect(await (await browser.visit('/app/private?x=1')).json()).toMatchObject({ username: 'ada' });
  });

  it('keeps two instances apart', async () => {
    site = await serve((options, anotherApp) => {
      const app = express();
      const one = aihubmix(options);
      const two = aihubmix({ ...anotherApp('/second'), name: 'second' });
      app.use(one, two);
      app.get('/one', one.requireLogin, (request, response) => {
        response.json(request.aihubmix.user);
      });
      app.get('/two', two.requireLogin, (request, response) => {
        response.json(request.aihubmix.user);
      });
      return app;
    });
    const browser = site.browser;
    await browser.login({ userId: ADA });
    await browser.login({ userId: GRACE, at: '/second/login' });
    expect([...browser.cookies.keys()].sort()).toEqual(['aihubmix', 'second']);
    expect(await (await browser.visit('/one')).json()).toMatchObject({ username: 'ada' });
    expect(await (await browser.visit('/two')).json()).toMatchObject({ username: 'grace' });
    await browser.post('/auth/logout');
    expect((await browser.fetch('/one')).status).toBe(401);
    expect((await browser.fetch('/two')).status).toBe(200);
  });

  it('lets a test be logged in in one line', async () => {
    await start();
    const headers = { cookie: await loginAs(auth.core, { username: 'test-user' }) };
    const response = await fetch(`${site.origin}/private`, { headers });
    expect(await response.json()).toMatchObject({ username: 'test-user' });
  });
});

describe('the options', () => {
  it('are refused with one sentence per mistake', async () => {
    site = await serve(() => express5());
    const mistaken = () => aihubmix({ ...site.options, clientId: '', sessionSecret: 'short' });
    expect(mistaken).toThrow(ConfigurationError);
    expect(mistaken).toThrow(/clientId must[\s\S]*sessionSecret must/);
  });
});

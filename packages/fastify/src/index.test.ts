import { loginAs } from '@aihubmix-auth/core/testing';
import { describe, expect, it } from 'vitest';
import { serveApp } from './testing/site.js';

const JSON_CLIENT = { accept: 'application/json' };
const BROWSER = { accept: 'text/html' };

describe('a login', () => {
  it('ends where it was meant to, with the account in request.aihubmix', async () => {
    const { browser } = await serveApp({
      after(app) {
        const { requireLogin } = app.aihubmix;
        app.get('/balance', { onRequest: requireLogin }, (request) => request.aihubmix.balance());
      },
    });
    const back = await browser.login({ at: '/auth/login?returnTo=/private' });
    expect([back.status, back.headers.get('location'), await back.text()]).toEqual([303, '/private', '']);
    expect(await (await browser.send('/private')).json()).toMatchObject({ id: '12345', username: 'ada' });
    expect(await (await browser.send('/balance')).json()).toMatchObject({ amount: '750.00' });
  });

  it('works through inject(), with no socket', async () => {
    const { app, mock, origin } = await serveApp();
    const login = await app.inject({ url: '/auth/login?returnTo=/private' });
    const [cookie] = login.cookies;
    const back = await mock.authorize(String(login.headers.location), 12345);
    const callback = await app.inject({
      url: back.slice(origin.length),
      cookies: { [String(cookie?.name)]: String(cookie?.value) },
    });
    expect([callback.statusCode, callback.headers.location]).toEqual([303, '/private']);
    const session = callback.cookies.find(({ name }) => name === 'aihubmix');
    const page = await app.inject({ url: '/private', cookies: { aihubmix: String(session?.value) } });
    expect(page.json()).toMatchObject({ username: 'ada' });
  });
});

describe('requireLogin', () => {
  it('sends a browser to the login, and tells everybody else 401, without running the handler', async () => {
    let runs = 0;
    const { browser } = await serveApp({
      after(app) {
        app.all('/secret', { preHandler: app.aihubmix.requireLogin }, async () => {
          runs += 1;
        });
      },
    });
    const page = await browser.send('/secret?a=1', { headers: BROWSER });
    expect([page.status, page.headers.get('location'), await page.text()]).toEqual([
      302,
      '/auth/login?returnTo=%2Fsecret%3Fa%3D1',
      '',
    ]);
    const call = await browser.send('/secret', { method: 'POST', headers: JSON_CLIENT });
    expect([call.status, await call.json()]).toMatchObject([401, { error: 'unauthenticated' }]);
    expect(call.headers.get('cache-control')).toBe('no-store');
    expect(runs).toBe(0);
  });

  it('guards a whole scope as a hook', async () => {
    const { browser } = await serveApp({
      after(app) {
        app.register(
          async (scope) => {
            scope.addHook('preHandler', app.aihubmix.requireLogin);
            scope.get('/me', async (request) => request.aihubmix.user);
          },
          { prefix: '/api' },
        );
      },
    });
    expect((await browser.send('/api/me')).status).toBe(401);
    await browser.login();
    expect(await (await browser.send('/api/me')).json()).toMatchObject({ username: 'ada' });
  });

  it('passes a test user that loginAs made', async () => {
    const { app } = await serveApp();
    const cookie = await loginAs(app.aihubmix.core, { username: 'grace' });
    const response = await app.inject({ url: '/private', headers: { cookie } });
    expect(response.json()).toMatchObject({ username: 'grace' });
  });
});

describe('request.aihubmix', () => {
  it('says what to do where no requireLogin has run', async () => {
    const { browser } = await serveApp({
      after(app) {
        app.get('/forgotten', async (request) => request.aihubmix.user);
      },
    });
    await browser.login();
    const response = await browser.send('/forgotten');
    expect([response.status, await response.json()]).toMatchObject([
      500,
      {
        code: 'FST_AIHUBMIX_LOGIN_NOT_REQUIRED',
        message: expect.stringContaining('{ preHandler: app.aihubmix.requireLogin }'),
      },
    ]);
  });

  it('rejects with errors that Fastify answers with their status and code', async () => {
    const { browser } = await serveApp({
      options: { scope: 'profile' },
      after(app) {
        const { requireLogin } = app.aihubmix;
        app.get('/balance', { preHandler: requireLogin }, (request) => request.aihubmix.balance());
      },
    });
    await browser.login();
    const response = await browser.send('/balance');
    expect([response.status, await response.json()]).toMatchObject([403, { code: 'insufficient_scope' }]);
  });
});

describe('account', () => {
  it('tells who is logged in on a page that shows both', async () => {
    const { browser } = await serveApp({
      after(app) {
        app.get('/', async (request) => {
          const account = await app.aihubmix.account(request);
          return account?.user.username ?? 'nobody';
        });
      },
    });
    expect(await (await browser.send('/')).text()).toBe('nobody');
    await browser.login();
    expect(await (await browser.send('/')).text()).toBe('ada');
  });
});

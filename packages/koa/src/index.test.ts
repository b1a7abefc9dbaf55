import { loginAs } from '@aihubmix-auth/core/testing';
import { type Register, type Site, type SiteOptions, serve } from '@aihubmix-auth/test-support';
import Router from '@koa/router';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { aihubmix, type KoaAihubmix, type KoaOptions } from './index.js';

const JSON_CLIENT = { accept: 'application/json' };
const BROWSER = { accept: 'text/html' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The app of the README, and what a test adds to it. */
function serveApp(
  extend: (app: Koa, router: Router, auth: KoaAihubmix) => void = () => {},
  changes: Partial<KoaOptions> = {},
): Promise<Site> {
  return serve((options) => {
    const app = new Koa();
    const router = new Router();
    const auth = aihubmix({ ...options, ...changes });
    app.silent = true;
    extend(app, router, auth);
    app.use(auth);
    router.get('/private', auth.requireLogin, (ctx) => {
      ctx.body = ctx.aihubmix.user;
    });
    return app.use(router.routes()).callback();
  });
}

describe('a login', () => {
  it('ends where it was meant to, with the user in ctx.state and the account in ctx.aihubmix', async () => {
    const { browser } = await serveApp((_app, router, auth) => {
      router.get('/balance', auth.requireLogin, async (ctx) => {
        ctx.body = { name: ctx.state.user.username, ...(await ctx.aihubmix.balance()) };
      });
    });

    const back = await browser.login({ at: '/auth/login?returnTo=/private' });
    expect([back.status, back.headers.get('location'), await back.text()]).toEqual([303, '/private', '']);
    expect(await (await browser.send('/private')).json()).toMatchObject({ id: '12345', username: 'ada' });
    expect(await (await browser.send('/balance')).json()).toMatchObject({ name: 'ada', amount: '750.00' });
  });

  it('works in an app with koa-mount-like rewriting of ctx.path and behind a proxy', async () => {
    const { browser } = await serveApp((app, router, auth) => {
      app.proxy = true;
      app.use(async (ctx, next) => {
        if (!ctx.path.startsWith('/mounted')) return next();
        ctx.path = ctx.path.slice('/mounted'.length);
        await next();
      });
      router.get('/page', auth.requireLogin, (ctx) => {
        ctx.body = 'page';
      });
    });

    const refused = await browser.send('/mounted/page?a=1', { headers: BROWSER });
    expect(refused.status).toBe(302);
    expect(refused.headers.get('location')).toBe('/auth/login?returnTo=%2Fmounted%2Fpage%3Fa%3D1');
    expect((await browser.login()).status).toBe(303);
    expect(await (await browser.send('/mounted/page')).text()).toBe('page');
  });
});

describe('an answer', () => {
  it('has no text that Koa puts in for an empty body, and keeps its status', async () => {
    const { browser } = await serveApp((app) => {
      app.use(async (ctx, next) => {
        ctx.type = 'json';
        await next();
      });
    });

    const login = await browser.send('/auth/login');
    expect([login.status, await login.text(), login.headers.get('content-type')]).toEqual([302, '', null]);
    const logout = await browser.send('/auth/logout', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'none' },
    });
    expect([logout.status, await logout.text()]).toEqual([204, '']);
    const form = await browser.send('/auth/logout', {
      method: 'POST',
      headers: { ...FORM, ...BROWSER, 'sec-fetch-site': 'same-origin' },
      body: 'returnTo=/bye',
    });
    expect([form.status, form.headers.get('location'), await form.text()]).toEqual([303, '/bye', '']);
    const prefetch = await browser.send('/auth/login', { headers: { 'sec-purpose': 'prefetch' } });
    expect([prefetch.status, await prefetch.text()]).toEqual([503, '']);
  });

  it('to HEAD is the one to GET without its body, on /session alone', async () => {
    const { browser } = await serveApp();
    const session = await browser.send('/auth/session', { method: 'HEAD' });
    expect([session.status, session.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    const login = await browser.send('/auth/login', { method: 'HEAD' });
    expect([login.status, login.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('to another method is 405 as JSON', async () => {
    const { browser } = await serveApp();
    for (const method of ['DELETE', 'OPTIONS', 'PATCH', 'PROPFIND']) {
      const response = await browser.send('/auth/session', { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(await response.json()).toMatchObject({ error: 'method_not_allowed' });
    }
  });

  it('leaves cookies and Vary of other middleware in place', async () => {
    const { browser } = await serveApp((app) => {
      app.use(async (ctx, next) => {
        ctx.cookies.set('theirs', '1');
        ctx.vary('Accept-Encoding');
        await next();
        ctx.cookies.set('later', '2');
      });
    });
    const login = await browser.send('/auth/login');
    const names = login.headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).toEqual(['theirs', expect.stringContaining('aihubmix'), 'later']);
    expect(login.headers.get('vary')).toBe('Accept-Encoding, Cookie');
  });
});

describe('a path below basePath that is none of ours', () => {
  const OURS = { 'cache-control': 'no-store', vary: 'Cookie', 'x-content-type-options': 'nosniff' };

  it("reaches the app's own routes and its 404, with our headers", async () => {
    const { browser } = await serveApp((_app, router) => {
      router.get('/auth/help', (ctx) => {
        ctx.body = 'help';
      });
    });
    const help = await browser.send('/auth/help');
    expect([help.status, await help.text()]).toEqual([200, 'help']);
    expect(Object.fromEntries(help.headers)).toMatchObject(OURS);
    const missing = await browser.send('/auth/Login');
    expect([missing.status, await missing.text()]).toEqual([404, 'Not Found']);
    expect(Object.fromEntries(missing.headers)).toMatchObject(OURS);
  });

  it('keeps our headers, and those of the error, when the app throws', async () => {
    const { browser } = await serveApp((_app, router) => {
      router.get('/auth/teapot', (ctx) => ctx.throw(418, 'short', { headers: { 'x-spout': 'yes' } }));
    });
    const response = await browser.send('/auth/teapot');
    expect([response.status, await response.text()]).toEqual([418, 'short']);
    expect(Object.fromEntries(response.headers)).toMatchObject({ ...OURS, 'x-spout': 'yes' });
  });

  it('runs what comes after once', async () => {
    let runs = 0;
    const { browser } = await serve((options) => {
      const app = new Koa();
      app.use(aihubmix(options));
      app.use(() => {
        runs += 1;
      });
      return app.callback();
    });
    await browser.send('/auth/help');
    await browser.send('/');
    expect(runs).toBe(2);
  });
});

describe('requireLogin', () => {
  it('sends a browser to the login, and tells everybody else 401, without running the handler', async () => {
    let runs = 0;
    const { browser } = await serveApp((_app, router, auth) => {
      router.all('/secret', auth.requireLogin, () => {
        runs += 1;
      });
    });
    const page = await browser.send('/secret', { headers: BROWSER });
    expect([page.status, page.headers.get('location'), await page.text()]).toEqual([
      302,
      '/auth/login?returnTo=%2Fsecret',
      '',
    ]);
    const call = await browser.send('/secret', { method: 'POST', headers: JSON_CLIENT });
    expect([call.status, await call.json()]).toMatchObject([401, { error: 'unauthenticated' }]);
    expect(call.headers.get('cache-control')).toBe('no-store');
    expect(runs).toBe(0);
  });

  it('passes a test user that loginAs made', async () => {
    let cookie = '';
    const { browser } = await serveApp((app, _router, auth) => {
      app.use(async (_ctx, next) => {
        cookie ||= await loginAs(auth.core, { username: 'grace' });
        await next();
      });
    });
    await browser.send('/');
    expect(await (await browser.send('/private', { headers: { cookie } })).json()).toMatchObject({
      username: 'grace',
    });
  });
});

describe('an error that a handler leaves alone', () => {
  it('is answered with its status, and emitted on the app', async () => {
    const codes: unknown[] = [];
    const extend = (app: Koa, router: Router, auth: KoaAihubmix) => {
      app.on('error', (error) => codes.push(error.code));
      router.get('/balance', auth.requireLogin, async (ctx) => {
        ctx.body = await ctx.aihubmix.balance();
      });
    };
    const { browser } = await serveApp(extend, { scope: 'profile' });
    await browser.login();
    expect((await browser.send('/balance')).status).toBe(403);
    expect(codes).toEqual(['insufficient_scope']);
  });
});

describe('account', () => {
  it('tells who is logged in on a page that shows both', async () => {
    const { browser } = await serveApp((_app, router, auth) => {
      router.get('/', async (ctx) => {
        ctx.body = (await auth.account(ctx))?.user.username ?? 'nobody';
      });
    });
    expect(await (await browser.send('/')).text()).toBe('nobody');
    await browser.login();
    expect(await (await browser.send('/')).text()).toBe('ada');
  });
});

describe('a logout form', () => {
  const post = { method: 'POST', headers: { ...FORM, ...BROWSER, 'sec-fetch-site': 'same-origin' } };

  it('is read off a body parser that came first', async () => {
    const { browser } = await serveApp((app) => {
      app.use(async (ctx, next) => {
        const chunks: Buffer[] = [];
        for await (const chunk of ctx.req) chunks.push(chunk);
        const body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
        Object.assign(ctx.request, { body });
        await next();
      });
    });
    const response = await browser.send('/auth/logout', { ...post, body: 'returnTo=/parsed' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/parsed']);
  });

  it('larger than 16 KiB is refused', async () => {
    const { browser } = await serveApp();
    const response = await browser.send('/auth/logout', {
      ...post,
      body: `returnTo=/${'a'.repeat(1_000_000)}`,
    });
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });

  it('is answered whatever the content type of the request', async () => {
    const { browser } = await serveApp();
    for (const type of ['application/json', 'nonsense', 'text/plain']) {
      const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin' };
      expect((await browser.send('/auth/logout', { method: 'POST', headers, body: '{' })).status).toBe(204);
    }
  });
});

describe('two instances in one app', () => {
  const twoLogins = (options: SiteOptions, register: Register) => {
    const app = new Koa();
    const router = new Router();
    const users = aihubmix(options);
    const partners = aihubmix({ ...register('/partners/auth'), name: 'partners' });
    app.use(users).use(partners);
    router.get('/private', users.requireLogin, (ctx) => {
      ctx.body = 'user';
    });
    router.get('/partners', partners.requireLogin, (ctx) => {
      ctx.body = 'partner';
    });
    return app.use(router.routes()).callback();
  };

  it('log in and out apart from each other', async () => {
    const { browser } = await serve(twoLogins);
    await browser.login({ at: '/partners/auth/login' });
    expect((await browser.send('/private')).status).toBe(401);
    expect(await (await browser.send('/partners')).text()).toBe('partner');
    await browser.login();
    const logout = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };
    expect((await browser.send('/partners/auth/logout', logout)).status).toBe(204);
    expect((await browser.send('/partners')).status).toBe(401);
    expect(await (await browser.send('/private')).text()).toBe('user');
  });
});

import { loginAs } from '@aihubmix-auth/core/testing';
import Router from '@koa/router';
import Koa from 'koa';
import { describe, expect, it } from 'vitest';
import { aihubmix, type KoaAihubmix, type KoaOptions } from './index.js';
import { type Register, type Site, serve } from './testing/site.js';

const JSON_CLIENT = { accept: 'application/json' };
const BROWSER = { accept: 'text/html' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

/** The app of the README, and what a test adds to it. */
function serveApp(
  extend: (app: Koa, router: Router, auth: KoaAihubmix) => void = () => {},
  options: Partial<KoaOptions> = {},
): Promise<Site> {
  return serve((register) => {
    const app = new Koa();
    const router = new Router();
    const auth = aihubmix({ ...register(), ...options });
    app.silent = true;
    extend(app, router, auth);
    app.use(auth);
    router.get('/private', auth.requireLogin, (ctx) => {
      ctx.body = ctx.aihubmix.user;
    });
    return app.use(router.routes());
  });
}

describe('a login', () => {
  it('ends where it was meant to, with the user in ctx.state and the account in ctx.aihubmix', async () => {
    const { visitor } = await serveApp((_app, router, auth) => {
      router.get('/balance', auth.requireLogin, async (ctx) => {
        ctx.body = { name: ctx.state.user.username, ...(await ctx.aihubmix.balance()) };
      });
    });

    const back = await visitor.logIn();
    expect([back.status, back.headers.get('location'), await back.text()]).toEqual([303, '/private', '']);
    expect(await (await visitor.ask('/private')).json()).toMatchObject({ id: '12345', username: 'ada' });
    expect(await (await visitor.ask('/balance')).json()).toMatchObject({ name: 'ada', amount: '750.00' });
  });

  it('works in an app with koa-mount-like rewriting of ctx.path and behind a proxy', async () => {
    const { visitor } = await serveApp((app, router, auth) => {
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

    const refused = await visitor.ask('/mounted/page?a=1', { headers: BROWSER });
    expect(refused.status).toBe(302);
    expect(refused.headers.get('location')).toBe('/auth/login?returnTo=%2Fmounted%2Fpage%3Fa%3D1');
    expect((await visitor.logIn()).status).toBe(303);
    expect(await (await visitor.ask('/mounted/page')).text()).toBe('page');
  });
});

describe('an answer', () => {
  it('has no text that Koa puts in for an empty body, and keeps its status', async () => {
    const { visitor } = await serveApp((app) => {
      app.use(async (ctx, next) => {
        ctx.type = 'json';
        await next();
      });
    });

    const login = await visitor.ask('/auth/login');
    expect([login.status, await login.text(), login.headers.get('content-type')]).toEqual([302, '', null]);
    const logout = await visitor.ask('/auth/logout', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'none' },
    });
    expect([logout.status, await logout.text()]).toEqual([204, '']);
    const form = await visitor.ask('/auth/logout', {
      method: 'POST',
      headers: { ...FORM, ...BROWSER, 'sec-fetch-site': 'same-origin' },
      body: 'returnTo=/bye',
    });
    expect([form.status, form.headers.get('location'), await form.text()]).toEqual([303, '/bye', '']);
    const prefetch = await visitor.ask('/auth/login', { headers: { 'sec-purpose': 'prefetch' } });
    expect([prefetch.status, await prefetch.text()]).toEqual([503, '']);
  });

  it('to HEAD is the one to GET without its body, on /session alone', async () => {
    const { visitor } = await serveApp();
    const session = await visitor.ask('/auth/session', { method: 'HEAD' });
    expect([session.status, session.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    const login = await visitor.ask('/auth/login', { method: 'HEAD' });
    expect([login.status, login.headers.get('allow')]).toEqual([405, 'GET']);
  });

  it('to another method is 405 as JSON', async () => {
    const { visitor } = await serveApp();
    for (const method of ['DELETE', 'OPTIONS', 'PATCH', 'PROPFIND']) {
      const response = await visitor.ask('/auth/session', { method });
      expect(response.status).toBe(405);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(await response.json()).toMatchObject({ error: 'method_not_allowed' });
    }
  });

  it('leaves cookies and Vary of other middleware in place', async () => {
    const { visitor } = await serveApp((app) => {
      app.use(async (ctx, next) => {
        ctx.cookies.set('theirs', '1');
        ctx.vary('Accept-Encoding');
        await next();
        ctx.cookies.set('later', '2');
      });
    });
    const login = await visitor.ask('/auth/login');
    const names = login.headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).toEqual(['theirs', expect.stringContaining('aihubmix'), 'later']);
    expect(login.headers.get('vary')).toBe('Accept-Encoding, Cookie');
  });
});

describe('a path below basePath that is none of ours', () => {
  const OURS = { 'cache-control': 'no-store', vary: 'Cookie', 'x-content-type-options': 'nosniff' };

  it("reaches the app's own routes and its 404, with our headers", async () => {
    const { visitor } = await serveApp((_app, router) => {
      router.get('/auth/help', (ctx) => {
        ctx.body = 'help';
      });
    });
    const help = await visitor.ask('/auth/help');
    expect([help.status, await help.text()]).toEqual([200, 'help']);
    expect(Object.fromEntries(help.headers)).toMatchObject(OURS);
    const missing = await visitor.ask('/auth/Login');
    expect([missing.status, await missing.text()]).toEqual([404, 'Not Found']);
    expect(Object.fromEntries(missing.headers)).toMatchObject(OURS);
  });

  it('keeps our headers, and those of the error, when the app throws', async () => {
    const { visitor } = await serveApp((_app, router) => {
      router.get('/auth/teapot', (ctx) => ctx.throw(418, 'short', { headers: { 'x-spout': 'yes' } }));
    });
    const response = await visitor.ask('/auth/teapot');
    expect([response.status, await response.text()]).toEqual([418, 'short']);
    expect(Object.fromEntries(response.headers)).toMatchObject({ ...OURS, 'x-spout': 'yes' });
  });

  it('runs what comes after once', async () => {
    let runs = 0;
    const { visitor } = await serve((register) => {
      const app = new Koa();
      app.use(aihubmix(register()));
      return app.use(() => {
        runs += 1;
      });
    });
    await visitor.ask('/auth/help');
    await visitor.ask('/');
    expect(runs).toBe(2);
  });
});

describe('requireLogin', () => {
  it('sends a browser to the login, and tells everybody else 401, without running the handler', async () => {
    let runs = 0;
    const { visitor } = await serveApp((_app, router, auth) => {
      router.all('/secret', auth.requireLogin, () => {
        runs += 1;
      });
    });
    const page = await visitor.ask('/secret', { headers: BROWSER });
    expect([page.status, page.headers.get('location'), await page.text()]).toEqual([
      302,
      '/auth/login?returnTo=%2Fsecret',
      '',
    ]);
    const call = await visitor.ask('/secret', { method: 'POST', headers: JSON_CLIENT });
    expect([call.status, await call.json()]).toMatchObject([401, { error: 'unauthenticated' }]);
    expect(call.headers.get('cache-control')).toBe('no-store');
    expect(runs).toBe(0);
  });

  it('passes a test user that loginAs made', async () => {
    let cookie = '';
    const { visitor } = await serveApp((app, _router, auth) => {
      app.use(async (_ctx, next) => {
        cookie ||= await loginAs(auth.core, { username: 'grace' });
        await next();
      });
    });
    await visitor.ask('/');
    expect(await (await visitor.ask('/private', { headers: { cookie } })).json()).toMatchObject({
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
    const { visitor } = await serveApp(extend, { scope: 'profile' });
    await visitor.logIn();
    expect((await visitor.ask('/balance')).status).toBe(403);
    expect(codes).toEqual(['insufficient_scope']);
  });
});

describe('account', () => {
  it('tells who is logged in on a page that shows both', async () => {
    const { visitor } = await serveApp((_app, router, auth) => {
      router.get('/', async (ctx) => {
        ctx.body = (await auth.account(ctx))?.user.username ?? 'nobody';
      });
    });
    expect(await (await visitor.ask('/')).text()).toBe('nobody');
    await visitor.logIn();
    expect(await (await visitor.ask('/')).text()).toBe('ada');
  });
});

describe('a logout form', () => {
  const post = { method: 'POST', headers: { ...FORM, ...BROWSER, 'sec-fetch-site': 'same-origin' } };

  it('is read off a body parser that came first', async () => {
    const { visitor } = await serveApp((app) => {
      app.use(async (ctx, next) => {
        const chunks: Buffer[] = [];
        for await (const chunk of ctx.req) chunks.push(chunk);
        const body = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
        Object.assign(ctx.request, { body });
        await next();
      });
    });
    const response = await visitor.ask('/auth/logout', { ...post, body: 'returnTo=/parsed' });
    expect([response.status, response.headers.get('location')]).toEqual([303, '/parsed']);
  });

  it('larger than 16 KiB is refused', async () => {
    const { visitor } = await serveApp();
    const response = await visitor.ask('/auth/logout', {
      ...post,
      body: `returnTo=/${'a'.repeat(1_000_000)}`,
    });
    expect([response.status, await response.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });

  it('is answered whatever the content type of the request', async () => {
    const { visitor } = await serveApp();
    for (const type of ['application/json', 'nonsense', 'text/plain']) {
      const headers = { 'content-type': type, 'sec-fetch-site': 'same-origin' };
      expect((await visitor.ask('/auth/logout', { method: 'POST', headers, body: '{' })).status).toBe(204);
    }
  });
});

describe('two instances in one app', () => {
  const twoLogins = (register: Register) => {
    const app = new Koa();
    const router = new Router();
    const users = aihubmix(register());
    const partners = aihubmix({ ...register('/partners/auth'), name: 'partners' });
    app.use(users).use(partners);
    router.get('/private', users.requireLogin, (ctx) => {
      ctx.body = 'user';
    });
    router.get('/partners', partners.requireLogin, (ctx) => {
      ctx.body = 'partner';
    });
    return app.use(router.routes());
  };

  it('log in and out apart from each other', async () => {
    const { visitor } = await serve(twoLogins);
    await visitor.logIn('/partners/auth');
    expect((await visitor.ask('/private')).status).toBe(401);
    expect(await (await visitor.ask('/partners')).text()).toBe('partner');
    await visitor.logIn();
    const logout = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };
    expect((await visitor.ask('/partners/auth/logout', logout)).status).toBe(204);
    expect((await visitor.ask('/partners')).status).toBe(401);
    expect(await (await visitor.ask('/private')).text()).toBe('user');
  });
});

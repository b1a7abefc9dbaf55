import type { Register } from '@aihubmix-auth/test-support';
import Fastify, { type FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { type Account, aihubmix, type FastifyAihubmix, type FastifyOptions } from './index.js';
import { serveFastify } from './testing/site.js';

declare module 'fastify' {
  interface FastifyInstance {
    partners: FastifyAihubmix;
  }
  interface FastifyRequest {
    readonly partners: Account;
  }
}

const OPTIONS: FastifyOptions = {
  clientId: 'client_test',
  clientSecret: 'secret',
  redirectUri: 'http://localhost:3000/auth/callback',
  sessionSecret: 'an example secret of thirty-two characters',
};

describe('registering the plugin', () => {
  it('rejects with every mistake in the options', async () => {
    const app = Fastify();
    const registered = app.register(aihubmix, { ...OPTIONS, clientId: '', sessionSecret: 'short' });
    await expect(registered).rejects.toMatchObject({ name: 'ConfigurationError' });
  });

  it('refuses a prefix, which Fastify does not apply to it', async () => {
    const registered = Fastify().register(aihubmix, { ...OPTIONS, prefix: '/api' });
    await expect(registered).rejects.toThrow(/prefix .* basePath/);
  });

  it('takes logLevel, as every plugin does', async () => {
    await Fastify().register(aihubmix, { ...OPTIONS, logLevel: 'error' });
  });

  it('refuses useAppSession without a session', async () => {
    const registered = Fastify().register(aihubmix, { ...OPTIONS, useAppSession: true });
    await expect(registered).rejects.toThrow(/useAppSession needs @fastify\/session/);
  });

  it('shows each route once to what reads schemas, under its real method', async () => {
    const app = Fastify();
    const shown: string[] = [];
    app.addHook('onRoute', ({ url, method, schema }) => {
      if (Reflect.get(schema ?? {}, 'hide') === false) shown.push(`${method} ${url}`);
    });
    await app.register(aihubmix, { ...OPTIONS, routes: { login: '/sign-in', topup: false, browser: false } });
    expect(shown).toEqual([
      'GET /auth/sign-in',
      'GET /auth/callback',
      'GET /auth/session',
      'GET /auth/userinfo',
      'GET /auth/balance',
      'POST /auth/logout',
    ]);
  });
});

describe('a scope with a prefix', () => {
  const inScope = (basePath: string) => (register: Register) => async (scope: FastifyInstance) => {
    await scope.register(aihubmix, register(basePath));
    scope.get(
      '/private',
      { preHandler: scope.aihubmix.requireLogin },
      async (request) => request.aihubmix.user,
    );
  };

  it('holds a login of its own when basePath begins with the prefix', async () => {
    const { browser, app } = await serveFastify(async (app, _options, register) => {
      await app.register(inScope('/api/auth')(register), { prefix: '/api' });
    });
    expect((await browser.login({ at: '/api/auth/login' })).status).toBe(303);
    expect(await (await browser.send('/api/private')).json()).toMatchObject({ username: 'ada' });
    expect(app.hasDecorator('aihubmix')).toBe(false);
  });

  it('is refused otherwise', async () => {
    const serving = serveFastify(async (app, _options, register) => {
      await app.register(inScope('/auth')(register), { prefix: '/api' });
    });
    await expect(serving).rejects.toThrow(/prefix \/api/);
  });
});

describe('two instances in one app', () => {
  it('log in and out apart from each other', async () => {
    const { browser } = await serveFastify(async (app, options, register) => {
      await app.register(aihubmix, options);
      await app.register(aihubmix, { ...register('/partners/auth'), name: 'partners' });
      app.get(
        '/private',
        { preHandler: app.aihubmix.requireLogin },
        async (request) => request.aihubmix.user,
      );
      app.get(
        '/partners',
        { preHandler: app.partners.requireLogin },
        async (request) => request.partners.user,
      );
    });
    await browser.login({ at: '/partners/auth/login' });
    expect((await browser.send('/private')).status).toBe(401);
    expect(await (await browser.send('/partners')).json()).toMatchObject({ username: 'ada' });
    await browser.login();
    const logout = { method: 'POST', headers: { 'sec-fetch-site': 'same-origin' } };
    expect((await browser.send('/partners/auth/logout', logout)).status).toBe(204);
    expect((await browser.send('/partners')).status).toBe(401);
    expect((await browser.send('/private')).status).toBe(200);
  });

  it('need two names', async () => {
    const app = Fastify();
    await app.register(aihubmix, OPTIONS);
    await expect(app.register(aihubmix, { ...OPTIONS, basePath: '/other' })).rejects.toMatchObject({
      code: 'FST_ERR_DEC_ALREADY_PRESENT',
    });
  });
});

import type { FastifyRequest } from 'fastify';
import { describe, expect, it } from 'vitest';
import { serveApp } from './testing/site.js';

const BROWSER = { accept: 'text/html' };
const SAME_SITE = { 'sec-fetch-site': 'same-origin' };

describe('an answer', () => {
  it('to another method is 405 as JSON, even to one that Fastify does not know', async () => {
    const { browser } = await serveApp();
    for (const method of ['DELETE', 'OPTIONS', 'PATCH', 'PROPFIND']) {
      const response = await browser.send('/auth/session', { method });
      expect([method, response.status]).toEqual([method, 405]);
      expect(response.headers.get('allow')).toBe('GET, HEAD');
      expect(response.headers.get('cache-control')).toBe('no-store');
      expect(await response.json()).toMatchObject({ error: 'method_not_allowed' });
    }
  });

  it('to HEAD is the one to GET without its body, on /session alone', async () => {
    const { browser } = await serveApp();
    const session = await browser.send('/auth/session', { method: 'HEAD' });
    expect([session.status, session.headers.get('content-type')]).toEqual([
      200,
      'application/json; charset=utf-8',
    ]);
    const login = await browser.send('/auth/login', { method: 'HEAD' });
    expect([login.status, login.headers.get('allow'), login.headers.get('set-cookie')]).toEqual([
      405,
      'GET',
      null,
    ]);
  });

  it('leaves cookies and Vary of other hooks in place', async () => {
    const { browser } = await serveApp({
      before(app) {
        app.addHook('onRequest', async (_request, reply) => {
          reply.header('set-cookie', 'theirs=1').header('vary', 'Accept-Encoding');
        });
        app.addHook('onSend', async (_request, reply) => {
          reply.header('set-cookie', 'later=2');
        });
      },
    });
    const login = await browser.send('/auth/login');
    const names = login.headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(names).toEqual(['theirs', expect.stringContaining('aihubmix'), 'later']);
    expect(login.headers.get('vary')).toBe('Accept-Encoding, Cookie');
    expect(await login.text()).toBe('');
  });

  it("is not touched by the app's serializer and error handler", async () => {
    const { browser } = await serveApp({
      before(app) {
        app.setReplySerializer(() => 'serialized');
        app.setErrorHandler((_error, _request, reply) => reply.code(418).send('handled'));
      },
    });
    const session = await browser.send('/auth/session');
    expect(await session.json()).toEqual({ authenticated: false });
    expect((await browser.send('/auth/balance')).status).toBe(401);
  });

  it('to a request that another hook refuses is that of the hook', async () => {
    const { browser } = await serveApp({
      before(app) {
        app.addHook('onRequest', async () => {
          throw Object.assign(new Error('slow down'), { statusCode: 429 });
        });
      },
    });
    expect((await browser.send('/auth/session')).status).toBe(429);
  });
});

describe('a path below basePath that is none of ours', () => {
  const OURS = { 'cache-control': 'no-store', vary: 'Cookie', 'x-content-type-options': 'nosniff' };

  it("reaches the app's own routes and its 404, with our headers", async () => {
    const { browser } = await serveApp({
      after(app) {
        app.get('/auth/help', async () => 'help');
      },
    });
    const help = await browser.send('/auth/help');
    expect([help.status, await help.text()]).toEqual([200, 'help']);
    expect(Object.fromEntries(help.headers)).toMatchObject(OURS);
    const missing = await browser.send('/auth/unknown', { method: 'POST', body: 'x' });
    expect([missing.status, await missing.json()]).toMatchObject([404, { error: 'Not Found' }]);
    expect(Object.fromEntries(missing.headers)).toMatchObject(OURS);
  });

  it("goes to the app's 404 handler where Fastify alone thinks that it is ours", async () => {
    const { browser } = await serveApp({
      server: { routerOptions: { ignoreTrailingSlash: true, caseSensitive: false } },
      after(app) {
        app.setNotFoundHandler((_request, reply) => reply.code(404).send('theirs'));
      },
    });
    for (const path of ['/auth/login/', '/auth/LOGIN', '/AUTH/login', '/auth/log%69n']) {
      const response = await browser.send(path);
      expect([path, response.status, await response.text()]).toEqual([path, 404, 'theirs']);
    }
    const headers = Object.fromEntries((await browser.send('/auth/LOGIN')).headers);
    expect(headers).toMatchObject(OURS);
  });
});

describe('a logout', () => {
  const FORM = { 'content-type': 'application/x-www-form-urlencoded', ...BROWSER, ...SAME_SITE };
  const post = (body: string) => ({ method: 'POST', headers: FORM, body });

  it('is answered whatever the content type and body of the request', async () => {
    const { browser } = await serveApp();
    for (const type of ['application/json', 'nonsense', 'a/b/c', 'text/plain', 'multipart/form-data']) {
      for (const body of ['', '{', 'x'.repeat(2_000_000)]) {
        const headers = { 'content-type': type, ...SAME_SITE };
        const response = await browser.send('/auth/logout', { method: 'POST', headers, body });
        expect([type, response.status]).toEqual([type, 204]);
      }
    }
    expect((await browser.send('/auth/logout', { method: 'POST', headers: SAME_SITE })).status).toBe(204);
  });

  it('reads its form, and refuses one larger than 16 KiB', async () => {
    const { browser, app } = await serveApp();
    const response = await browser.send('/auth/logout', post('returnTo=/bye'));
    expect([response.status, response.headers.get('location')]).toEqual([303, '/bye']);
    const injected = await app.inject({
      url: '/auth/logout',
      method: 'POST',
      headers: FORM,
      payload: 'returnTo=/x',
    });
    expect([injected.statusCode, injected.headers.location]).toEqual([303, '/x']);
    const large = await browser.send('/auth/logout', post(`returnTo=/${'a'.repeat(1_000_000)}`));
    expect([large.status, await large.json()]).toMatchObject([400, { error: 'invalid_request' }]);
  });

  it("reads its form when the app has a form parser of its own, and leaves the app's parsers alone", async () => {
    const parseForm = async (_request: FastifyRequest, body: string) =>
      Object.fromEntries(new URLSearchParams(body));
    const { browser } = await serveApp({
      before(app) {
        app.addContentTypeParser(FORM['content-type'], { parseAs: 'string' }, parseForm);
      },
      after(app) {
        app.post('/echo', async (request) => request.body);
      },
    });
    const response = await browser.send('/auth/logout', post('returnTo=/bye'));
    expect(response.headers.get('location')).toBe('/bye');
    expect(await (await browser.send('/echo', post('a=1'))).json()).toEqual({ a: '1' });
  });
});

import { METHODS as NODE_METHODS } from 'node:http';
import { expect } from 'vitest';
import { beginLogin, FETCH, FORM, HTML, loggedIn, login, NAVIGATION } from './browser.js';
import type { Answer } from './client.js';
import { type Cases, conformance } from './site.js';

function expectAlways(answer: Answer, what = ''): void {
  const { headers } = answer;
  const seen = {
    what,
    cache: headers['cache-control'],
    vary: headers.vary?.toLowerCase().split(/ *, */).includes('cookie'),
    type: headers['x-content-type-options'],
    referrer: headers['referrer-policy'],
    cors: answer.headerText.match(/^access-control-.*/im)?.[0],
  };
  expect(seen).toEqual({
    what,
    cache: 'no-store',
    vary: true,
    type: 'nosniff',
    referrer: 'no-referrer',
    cors: undefined,
  });
}

const ROUTES = ['login', 'callback', 'session', 'userinfo', 'balance', 'topup', 'logout'];
const ALLOWED: Readonly<Record<string, readonly string[]>> = { session: ['GET', 'HEAD'], logout: ['POST'] };
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

const cases: Cases = {
  'every route carries the four headers with every method, logged in or not': async (site) => {
    const browser = await loggedIn(site);
    for (const route of ROUTES) {
      for (const method of METHODS) {
        const headers = { accept: 'application/json', origin: 'https://evil.example' };
        const what = `${method} ${route}`;
        expectAlways(await site.ask(`/auth/${route}`, { method, headers }), what);
        if (route !== 'logout') expectAlways(await browser.send(`/auth/${route}`, { method, headers }), what);
      }
    }
  },
  'every other method is 405 with Allow, and HEAD is like GET on session only': async (site) => {
    for (const route of ROUTES) {
      const allowed = ALLOWED[route] ?? ['GET'];
      for (const method of METHODS.filter((name) => !allowed.includes(name))) {
        const answer = await site.ask(`/auth/${route}`, { method, headers: FETCH });
        expect([method, route, answer.status]).toEqual([method, route, 405]);
        const listed = answer.headers.allow?.split(/ *, */) ?? [];
        expect([method, route, [...listed].sort()]).toEqual([method, route, [...allowed].sort()]);
        if (method !== 'HEAD') expect(answer.code).toBe('method_not_allowed');
        else expect(answer.text).toBe('');
        expect(answer.setCookies).toEqual([]);
      }
    }
  },
  'methods that few have heard of are 405 as well': async (site) => {
    const browser = await loggedIn(site);
    for (const route of ROUTES) {
      for (const method of ['PROPFIND', 'PURGE', 'LINK', 'SEARCH', 'QUERY']) {
        // Not every Node knows every method.
        if (!NODE_METHODS.includes(method)) continue;
        const answer = await browser.send(`/auth/${route}`, { method, headers: FETCH });
        expect([method, route, answer.status]).toEqual([method, route, 405]);
        expectAlways(answer, `${method} ${route}`);
      }
    }
    expect((await browser.session()).authenticated).toBe(true);
  },
  'a preflight is answered without any Access-Control header': async (site) => {
    const headers = {
      origin: 'https://evil.example',
      'access-control-request-method': 'GET',
      'access-control-request-headers': 'x-a',
    };
    for (const route of ROUTES) {
      const answer = await site.ask(`/auth/${route}`, { method: 'OPTIONS', headers });
      expect(answer.status).toBe(405);
      expect(answer.headerText).not.toMatch(/access-control/i);
    }
  },
  'the application’s own 404 under the base path carries the four headers': async (site) => {
    const browser = await loggedIn(site);
    for (const path of [
      '/auth/nothing',
      '/auth/',
      '/auth/session/x.css',
      '/auth/a/b/c',
      '/auth/nothing?x=1',
    ]) {
      const answer = await browser.fetch(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expectAlways(answer, path);
    }
    expectAlways(await browser.post('/auth/nothing'), 'POST');
  },
  'paths outside the base path are none of our business': async (site) => {
    for (const path of ['/authx', '/auth2/session', '/nothing']) {
      const answer = await site.ask(path);
      expect([path, answer.headers['referrer-policy']]).toEqual([path, undefined]);
    }
  },
  'redirects, errors and refusals carry the four headers': async (site) => {
    const browser = site.browser();
    expectAlways(await browser.visit('/auth/login'), '302');
    expectAlways(await login(browser), '303');
    expectAlways(await browser.visit('/auth/callback?code=x&state=y'), 'bad state, session');
    expectAlways(await browser.fetch('/auth/callback?code=x&state=y'), '403');
    expectAlways(await site.ask('/auth/callback'), 'missing');
    expectAlways(await browser.visit('/auth/login', { 'sec-purpose': 'prefetch' }), '503 prefetch');
    expectAlways(await browser.fetch('/auth/userinfo'), '200');
    expectAlways(await browser.fetch('/auth/session', { 'sec-fetch-site': 'cross-site' }), 'csrf');
    expectAlways(await browser.visit('/auth/topup'), 'topup');
    expectAlways(await site.ask('/auth/userinfo'), '401');
    site.mock.fault('userinfo', { type: 'status', status: 500 });
    expectAlways(await browser.fetch('/auth/userinfo'), '503');
    site.mock.clearFaults();
    site.mock.fault('userinfo', { type: 'body', body: '<html>' });
    expectAlways(await browser.fetch('/auth/userinfo'), '502');
    expectAlways(await browser.post('/auth/logout', { 'sec-fetch-site': 'cross-site' }), 'logout refused');
    expectAlways(await browser.post('/auth/logout'), '204');
    const form = { accept: HTML, 'content-type': FORM };
    expectAlways(await browser.post('/auth/logout', form), 'form');
  },
  'what a guard answers is not to be stored': async (site) => {
    for (const headers of [NAVIGATION, FETCH, {}]) {
      const answer = await site.ask('/private', { headers });
      expect([302, 401]).toContain(answer.status);
      expect(answer.headers['cache-control']).toContain('no-store');
      expect(answer.headerText).not.toMatch(/access-control/i);
    }
  },
  'error bodies are exactly error and message, as JSON': async (site) => {
    const answers = [
      await site.ask('/auth/userinfo'),
      await site.ask('/auth/session', { method: 'PUT' }),
      await site.ask('/auth/callback', { headers: FETCH }),
      await site.ask('/auth/logout', { method: 'POST' }),
      await site.ask('/private'),
      await site.ask('/auth/balance', { headers: NAVIGATION }),
      await site.ask('/auth/topup', { headers: NAVIGATION }),
    ];
    for (const answer of answers) {
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(Object.keys(answer.json()).sort()).toEqual(['error', 'message']);
      expect(answer.json().message.length).toBeGreaterThan(10);
    }
    expect(answers.map(({ status, code }) => [status, code])).toEqual([
      [401, 'unauthenticated'],
      [405, 'method_not_allowed'],
      [400, 'missing_parameters'],
      [403, 'csrf'],
      [401, 'unauthenticated'],
      [401, 'unauthenticated'],
      [401, 'unauthenticated'],
    ]);
  },
  'X-HTTP-Method-Override and its kin change no method': async (site) => {
    const browser = await loggedIn(site);
    const override = {
      'x-http-method-override': 'POST',
      'x-http-method': 'POST',
      'x-method-override': 'POST',
    };
    for (const path of ['/auth/logout', '/auth/logout?_method=POST']) {
      expect((await browser.fetch(path, override)).status).toBe(405);
      expect((await browser.visit(path, override)).status).toBe(405);
    }
    const back = await beginLogin(browser);
    const posted = await browser.post(
      back,
      { 'x-http-method-override': 'GET', 'content-type': FORM },
      '_method=GET',
    );
    expect(posted.status).toBe(405);
    expect((await browser.post('/auth/session', { 'x-http-method-override': 'GET' })).status).toBe(405);
    expect((await browser.session()).authenticated).toBe(true);
  },
  'no framework name is given away by our routes’ bodies': async (site) => {
    for (const route of ROUTES) {
      const answer = await site.ask(`/auth/${route}`, { method: 'DELETE' });
      expect(answer.text).not.toMatch(/express|koa|fastify|nest|node_modules|\bat .*:\d+/i);
    }
  },
};

conformance('headers and methods', cases);

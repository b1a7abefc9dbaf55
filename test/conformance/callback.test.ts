import { expect } from 'vitest';
import { beginLogin, FETCH, GRACE, loggedIn, login, NAVIGATION } from './browser.js';
import { isDeletion } from './client.js';
import { type Cases, conformance, type Site } from './site.js';

/** A session cookie was set. */
const begins = (site: Site, answer: { setCookies: readonly { name: string; value: string }[] }) =>
  answer.setCookies.some(({ name, value }) => name === site.sessionCookie && value !== '');

const cases: Cases = {
  'a good callback answers 303 to returnTo, sets the session and clears the login cookie': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser, { returnTo: '/a?b=c' });
    expect((await browser.loginCookies()).length).toBe(1);
    const answer = await browser.visit(back);
    expect([answer.status, answer.location]).toEqual([303, '/a?b=c']);
    expect(begins(site, answer)).toBe(true);
    expect(await browser.loginCookies()).toEqual([]);
    expect((await browser.session()).user.id).toBe('12345');
    expect(site.mock.count('token', 'authorization_code')).toBe(1);
  },
  'the token request carries code, redirect_uri, credentials in the body and the verifier': async (site) => {
    await loggedIn(site);
    const sent = site.mock.requests.find(({ endpoint }) => endpoint === 'token');
    expect(sent?.params).toMatchObject({
      grant_type: 'authorization_code',
      redirect_uri: site.options.redirectUri,
      client_id: site.options.clientId,
      client_secret: site.options.clientSecret,
    });
    expect(sent?.params.code_verifier).toMatch(/^[\w.~-]{43,128}$/);
    expect(sent?.headers.authorization).toBeUndefined();
  },
  'a callback with another browser’s state is refused with invalid_state': async (site) => {
    const attacker = await beginLogin(site.browser(), { userId: GRACE });
    const victim = site.browser();
    const answer = await victim.fetch(attacker);
    expect([answer.status, answer.code]).toEqual([403, 'invalid_state']);
    expect(begins(site, answer)).toBe(false);
    expect(await victim.session()).toEqual({ authenticated: false });
    expect(site.mock.count('token')).toBe(0);
  },
  'a callback with another browser’s state is refused although a login of one’s own is in flight': async (
    site,
  ) => {
    const attacker = await beginLogin(site.browser(), { userId: GRACE });
    const victim = site.browser();
    const own = await beginLogin(victim);
    const answer = await victim.fetch(attacker);
    expect([answer.status, answer.code]).toEqual([403, 'invalid_state']);
    expect(site.mock.count('token')).toBe(0);
    expect((await victim.visit(own)).status).toBe(303);
    expect((await victim.session()).user.id).toBe('12345');
  },
  'a browser without a session that brings a bad state is sent to the error path': async (site) => {
    const answer = await site.browser().visit('/auth/callback?code=x&state=unknown');
    expect([answer.status, answer.location]).toEqual([303, '/?error=invalid_state']);
    expect(site.mock.count('token')).toBe(0);
  },
  'a browser with a session that brings a bad state goes to the default returnTo, its session unchanged':
    async (site) => {
      const browser = await loggedIn(site);
      const [before, id] = [await browser.session(), await browser.sessionId()];
      site.mock.clearRequests();
      const attacker = await beginLogin(site.browser(), { userId: GRACE });
      for (const path of [
        '/auth/callback?code=x&state=unknown',
        '/auth/callback?error=access_denied&state=y',
        attacker,
      ]) {
        const answer = await browser.visit(path, { 'sec-fetch-site': 'cross-site' });
        expect([answer.status, answer.location]).toEqual([303, '/']);
        expect(answer.setCookies.filter(({ name }) => name === site.sessionCookie)).toEqual([]);
      }
      expect(await browser.session()).toEqual(before);
      expect(await browser.sessionId()).toBe(id);
      expect(site.mock.count('token') + site.mock.count('userinfo')).toBe(0);
    },
  'a JSON client with a session and a bad state gets invalid_state, its session unchanged': async (site) => {
    const browser = await loggedIn(site);
    const answer = await browser.fetch('/auth/callback?code=x&state=unknown');
    expect([answer.status, answer.code]).toEqual([403, 'invalid_state']);
    expect((await browser.session()).authenticated).toBe(true);
  },
  'a client with a session that is no browser navigation gets invalid_state': async (site) => {
    const browser = await loggedIn(site);
    const cookie = await browser.cookieHeader();
    for (const headers of [{ cookie }, { cookie, accept: '*/*' }]) {
      const answer = await site.ask('/auth/callback?code=x&state=unknown', { headers });
      expect([answer.status, answer.location]).toEqual([303, '/?error=invalid_state']);
    }
  },
  'states that are no states are refused, never 500': async (site) => {
    const browser = site.browser();
    await beginLogin(browser);
    const odd = [
      '%00',
      '__proto__',
      'constructor',
      'toString',
      '%',
      '%ff',
      '%F0%9F%98%80',
      'a'.repeat(5000),
      '..%2f',
      '*',
      '%0d%0aX:y',
      'undefined',
      'null',
    ];
    for (const state of odd) {
      const answer = await browser.fetch(`/auth/callback?code=x&state=${state}`);
      expect([state, answer.status, answer.code]).toEqual([state, 403, 'invalid_state']);
    }
    expect(site.mock.count('token')).toBe(0);
  },
  'a callback without code or state, or with one of them empty, is missing_parameters': async (site) => {
    const browser = site.browser();
    const state = new URL(await beginLogin(browser), site.origin).searchParams.get('state');
    const queries = ['', '?', '?code=x', `?state=${state}`, `?code=&state=${state}`, '?code=x&state='];
    for (const query of queries) {
      const answer = await browser.fetch(`/auth/callback${query}`);
      expect([query, answer.status, answer.code]).toEqual([query, 400, 'missing_parameters']);
      expect(begins(site, answer)).toBe(false);
    }
    expect(site.mock.count('token')).toBe(0);
  },
  'a bare callback in a browser ends at the error path and starts nothing': async (site) => {
    const answer = await site.browser().visit('/auth/callback');
    expect([answer.status, answer.location]).toEqual([303, '/?error=missing_parameters']);
    expect(answer.setCookies.filter((cookie) => !isDeletion(cookie))).toEqual([]);
  },
  'code or state given twice is missing_parameters, even when both are the same, and the login goes on':
    async (site) => {
      const browser = site.browser();
      const back = await beginLogin(browser);
      const { searchParams } = new URL(back, site.origin);
      const [code, state] = [searchParams.get('code'), searchParams.get('state')];
      for (const extra of [`&state=${state}`, '&state=x', `&code=${code}`, '&code=x']) {
        const answer = await browser.fetch(back + extra);
        expect([extra, answer.status, answer.code]).toEqual([extra, 400, 'missing_parameters']);
      }
      expect(site.mock.count('token')).toBe(0);
    },
  'state and code as arrays or objects are not state and code': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const { searchParams } = new URL(back, site.origin);
    const [code, state] = [searchParams.get('code'), searchParams.get('state')];
    const queries = [
      `code=${code}&state[]=${state}`,
      `code[]=${code}&state=${state}`,
      `code=${code}&state[$ne]=x`,
      `code[$ne]=x&state=${state}`,
      `code=${code}&state[0]=${state}`,
      `code=${code}&state%5B%5D=${state}`,
      `code=${code};state=${state}`,
    ];
    for (const query of queries) {
      const answer = await browser.fetch(`/auth/callback?${query}`);
      expect([query, answer.status, answer.code]).toEqual([query, 400, 'missing_parameters']);
    }
    expect(site.mock.count('token')).toBe(0);
    expect(await browser.session()).toEqual({ authenticated: false });
  },
  'code together with error is refused without a token request': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const answer = await browser.fetch(`${back}&error=access_denied`);
    expect([400, 403, 502]).toContain(answer.status);
    expect(begins(site, answer)).toBe(false);
    expect(site.mock.count('token')).toBe(0);
  },
  'a prefetched callback is answered 503, spends nothing, and the real visit after it works': async (
    site,
  ) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const prefetch = await browser.visit(back, { 'sec-purpose': 'prefetch;prerender' });
    expect(prefetch.status).toBe(503);
    expect(prefetch.setCookies).toEqual([]);
    expect(site.mock.count('token')).toBe(0);
    expect((await browser.visit(back)).status).toBe(303);
    expect((await browser.session()).authenticated).toBe(true);
  },
  'HEAD to the callback is answered 405, spends nothing, and the real visit after it works': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const head = await browser.send(back, { method: 'HEAD', headers: NAVIGATION });
    expect([head.status, head.setCookies.length]).toEqual([405, 0]);
    expect(site.mock.count('token')).toBe(0);
    expect((await browser.visit(back)).location).toBe('/');
    expect(site.mock.count('token')).toBe(1);
  },
  'a callback by POST is refused with 405 and spends nothing': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const posted = await browser.post(back);
    expect([posted.status, posted.code]).toEqual([405, 'method_not_allowed']);
    expect((await browser.visit(back)).status).toBe(303);
  },
  'of a forged error the state is checked before the error': async (site) => {
    const answer = await site.browser().fetch('/auth/callback?error=access_denied&state=forged');
    expect([answer.status, answer.code]).toEqual([403, 'invalid_state']);
    const browser = site.browser();
    expect((await browser.visit('/auth/callback?error=server_error&state=forged')).location).toBe(
      '/?error=invalid_state',
    );
  },
  'an error of the provider without a state is missing_parameters': async (site) => {
    const answer = await site.browser().fetch('/auth/callback?error=access_denied');
    expect([answer.status, answer.code]).toEqual([400, 'missing_parameters']);
  },
  'a refusal by the user is access_denied: 303 to the error path, login cookie cleared, no session': async (
    site,
  ) => {
    const browser = site.browser();
    const answer = await login(browser, { decision: 'deny' });
    expect([answer.status, answer.location]).toEqual([303, '/?error=access_denied']);
    expect(await browser.loginCookies()).toEqual([]);
    expect(answer.setCookies.some(isDeletion)).toBe(true);
    expect(await browser.session()).toEqual({ authenticated: false });
    expect(site.mock.count('token')).toBe(0);
  },
  'a refusal does not end a session that is there': async (site) => {
    const browser = await loggedIn(site);
    await login(browser, { decision: 'deny', userId: GRACE });
    expect((await browser.session()).user.id).toBe('12345');
  },
  'a refusal clears only the login cookie of its own state': async (site) => {
    const browser = site.browser();
    const other = await beginLogin(browser, { returnTo: '/other' });
    await login(browser, { decision: 'deny' });
    expect((await browser.loginCookies()).length).toBe(1);
    expect((await browser.visit(other)).location).toBe('/other');
  },
  'every error of the provider is mapped, for JSON clients and browsers alike': async (site) => {
    const map = [
      ['access_denied', 403, 'access_denied'],
      ['server_error', 503, 'provider_unavailable'],
      ['temporarily_unavailable', 503, 'provider_unavailable'],
      ['invalid_scope', 502, 'provider_error'],
      ['unauthorized_client', 502, 'provider_error'],
      ['__proto__', 502, 'provider_error'],
      ['%3Cscript%3E', 502, 'provider_error'],
    ] as const;
    for (const [error, status, code] of map) {
      for (const json of [true, false]) {
        const browser = site.browser();
        const state = new URL(await beginLogin(browser), site.origin).searchParams.get('state');
        const path = `/auth/callback?error=${error}&state=${state}`;
        const answer = json ? await browser.fetch(path) : await browser.visit(path);
        expect([error, answer.status, answer.code]).toEqual([error, json ? status : 303, code]);
      }
    }
  },
  'the text of error_description is neither shown nor put into a header': async (site) => {
    for (const headers of [FETCH, NAVIGATION]) {
      const browser = site.browser();
      const state = new URL(await beginLogin(browser), site.origin).searchParams.get('state');
      const text = '%3Cscript%3Ecanary%3C/script%3E%0d%0aSet-Cookie:%20canary=1';
      const answer = await browser.send(
        `/auth/callback?error=canary_code&error_description=${text}&error_uri=https://canary.example&state=${state}`,
        { headers },
      );
      expect(answer.show()).not.toContain('canary');
      expect(answer.headerText).not.toContain('canary');
      expect(answer.code).toBe('provider_error');
    }
  },
  'a client that prefers neither JSON nor HTML is redirected, and q-values decide': async (site) => {
    const json = [
      'application/json',
      'application/json, text/html;q=0.9',
      'text/html;q=0.5, application/json',
    ];
    const redirect = [
      undefined,
      '*/*',
      'text/html',
      'text/html, application/json;q=0.9',
      'image/png',
      '',
      'garbage;;;q=x',
    ];
    for (const accept of json) {
      const answer = await site.ask('/auth/callback', { headers: { accept } });
      expect([accept, answer.status]).toEqual([accept, 400]);
    }
    for (const accept of redirect) {
      const answer = await site.ask('/auth/callback', { headers: accept === undefined ? {} : { accept } });
      expect([accept, answer.status]).toEqual([accept, 303]);
    }
  },
};

conformance('callback', cases);

import { memoryStore } from '@aihubmix-auth/core';
import { expect } from 'vitest';
import { beginLogin, FETCH, GRACE, loggedIn, login } from './browser.js';
import { type Cases, conformance, startSite } from './site.js';

const cases: Cases = {
  'a used state stays used, even when a copy of its cookie comes back': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const copy = await browser.cookieHeader();
    expect((await browser.visit(back)).status).toBe(303);
    const replay = await site.ask(back, { headers: { ...FETCH, cookie: copy } });
    expect([replay.status, replay.code]).toEqual([403, 'invalid_state']);
    expect(replay.setCookies.some(({ name, value }) => name === site.sessionCookie && value !== '')).toBe(
      false,
    );
    expect(site.mock.count('token')).toBe(1);
  },
  'a used state is used on another process of the same store too': async (site) => {
    const other = await startSite(site.target, { processOf: site });
    try {
      const browser = site.browser();
      const back = await beginLogin(browser);
      const copy = await browser.cookieHeader();
      expect((await browser.at(other).visit(back)).status).toBe(303);
      for (const process of [site, other]) {
        const replay = await process.ask(back, { headers: { ...FETCH, cookie: copy } });
        expect([replay.status, replay.code]).toEqual([403, 'invalid_state']);
      }
      expect(site.mock.count('token')).toBe(1);
    } finally {
      await other.close();
    }
  },
  'two callbacks at once make one token request, and neither is a fault': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser, { returnTo: '/x' });
    site.mock.fault('token', { type: 'latency', ms: 150 });
    const answers = await Promise.all([browser.visit(back), browser.visit(back), browser.visit(back)]);
    expect(answers.map(({ status }) => status)).toEqual([303, 303, 303]);
    expect(answers.filter(({ location }) => location === '/x').length).toBe(1);
    expect(site.mock.count('token')).toBe(1);
    expect((await browser.session()).user.id).toBe('12345');
  },
  'the callback visited again ends on the app, the session unchanged': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser, { returnTo: '/x' });
    await browser.visit(back);
    const [before, id] = [await browser.session(), await browser.sessionId()];
    const again = await browser.visit(back);
    expect([again.status, again.location]).toEqual([303, '/']);
    expect(await browser.session()).toEqual(before);
    expect(await browser.sessionId()).toBe(id);
    expect(site.mock.count('token')).toBe(1);
  },
  'a state whose login failed is used as well': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const copy = await browser.cookieHeader();
    site.mock.fault('token', { type: 'status', status: 500 }, { times: 1 });
    expect((await browser.fetch(back)).code).toBe('provider_unavailable');
    const replay = await site.ask(back, { headers: { ...FETCH, cookie: copy } });
    expect([replay.status, replay.code]).toEqual([403, 'invalid_state']);
    expect(site.mock.count('token')).toBe(1);
  },
  'a refusal spends its state': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser, { decision: 'deny' });
    const copy = await browser.cookieHeader();
    expect((await browser.fetch(back)).code).toBe('access_denied');
    const state = new URL(back, site.origin).searchParams.get('state');
    const replay = await site.ask(`/auth/callback?code=x&state=${state}`, {
      headers: { ...FETCH, cookie: copy },
    });
    expect([replay.status, replay.code]).toEqual([403, 'invalid_state']);
    expect(site.mock.count('token')).toBe(0);
  },
  'a login of nine and a half minutes is good, one of more than ten is invalid_state by the server’s clock':
    async (site) => {
      // The provider's codes do not live that long, so the code of another login stands in.
      const browser = site.browser();
      const begun = await browser.visit('/auth/login');
      const late = await browser.visit('/auth/login');
      const copy = await browser.cookieHeader();
      site.clock.advance(570);
      const good = await site.mock.authorize(begun.location, 12345);
      const answer = await browser.fetch(good.slice(site.origin.length));
      expect(answer.status).toBe(303);
      site.clock.advance(31);
      const over = await site.mock.authorize(late.location, 12345);
      const refused = await site.ask(over.slice(site.origin.length), { headers: { ...FETCH, cookie: copy } });
      expect([refused.status, refused.code]).toEqual([403, 'invalid_state']);
      expect(refused.json().message).toMatch(/10 minutes|ten minutes|expired|older/i);
      expect(site.mock.count('token')).toBe(1);
    },
  'the message of invalid_state says which of its causes it is': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const copy = await browser.cookieHeader();
    const noCookie = await site.ask(back, { headers: FETCH });
    await browser.visit(back);
    const used = await site.ask(back, { headers: { ...FETCH, cookie: copy } });
    const unknown = await site.ask('/auth/callback?code=x&state=other', {
      headers: { ...FETCH, cookie: copy },
    });
    const messages = [noCookie, used, unknown].map((answer) => answer.json().message);
    expect(new Set(messages).size).toBe(3);
    expect(messages[0]).toMatch(/cookie/i);
    expect(messages[1]).toMatch(/used|already/i);
  },
  'a login cookie of another client, redirect URI or instance is not accepted': async (site) => {
    const { clientId } = site.mock.addApp({ redirectUris: [site.options.redirectUri] });
    const differences = [
      { clientId },
      { redirectUri: `${site.origin}/auth/callback?x=1` },
      { name: 'another' },
      { baseUrl: 'http://127.0.0.1:9' },
    ];
    for (const options of differences) {
      const other = await startSite(site.target, { processOf: site, options });
      try {
        const browser = other.browser();
        const begun = await browser.visit('/auth/login');
        const state = new URL(begun.location).searchParams.get('state');
        const answer = await browser.at(site).fetch(`/auth/callback?code=x&state=${state}`);
        expect([answer.status, answer.code]).toEqual([403, 'invalid_state']);
      } finally {
        await other.close();
      }
    }
    expect(site.mock.count('token')).toBe(0);
  },
  'a changed, cut or swapped login cookie is refused, never 500': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const [cookie] = await browser.loginCookies();
    const { key = '', value = '' } = cookie ?? {};
    const flipped = [...value].map((char, at) => (at === 20 ? (char === 'A' ? 'B' : 'A') : char)).join('');
    const odd = [
      flipped,
      value.slice(0, -1),
      value.slice(5),
      '',
      'x',
      `${value}x`,
      '%',
      `"${value}`,
      value.toUpperCase(),
    ];
    for (const bent of odd) {
      const answer = await site.ask(back, { headers: { ...FETCH, cookie: `${key}=${bent}` } });
      expect([bent, answer.status, answer.code]).toEqual([bent, 403, 'invalid_state']);
    }
    const second = site.browser();
    const otherBack = await beginLogin(second);
    const swapped = await site.ask(otherBack, { headers: { ...FETCH, cookie: `${key}=${value}` } });
    expect(swapped.code).toBe('invalid_state');
    expect(site.mock.count('token')).toBe(0);
    expect((await browser.visit(back)).status).toBe(303);
  },
  'a login cookie is no session, and a session id is no login': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const [cookie] = await browser.loginCookies();
    const asSession = await site.ask('/auth/session', {
      headers: { cookie: `${site.sessionCookie}=${cookie?.value}` },
    });
    expect(asSession.json()).toEqual({ authenticated: false });
    const id = await (await loggedIn(site)).sessionId();
    const asLogin = await site.ask(back, { headers: { ...FETCH, cookie: `${cookie?.key}=${id}` } });
    expect([asLogin.status, asLogin.code]).toEqual([403, 'invalid_state']);
  },
  'a session id planted before the login is not carried over': async (site) => {
    const planted = 'A'.repeat(43);
    const browser = site.browser();
    await browser.jar.setCookie(`${site.sessionCookie}=${planted}; Path=/`, site.origin);
    await login(browser, { userId: GRACE });
    expect(await browser.sessionId()).not.toBe(planted);
    const attacker = await site.ask('/auth/session', {
      headers: { cookie: `${site.sessionCookie}=${planted}` },
    });
    expect(attacker.json()).toEqual({ authenticated: false });
  },
};

conformance('a login works once', cases, () => ({ options: { store: memoryStore() } }));

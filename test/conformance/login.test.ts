import { expect } from 'vitest';
import { beginLogin, GRACE, loggedIn, login } from './browser.js';
import { type Cases, conformance, inParallel, pause } from './site.js';

const cases: Cases = {
  'login redirects with 302 to the authorize URL, with exactly the parameters of the provider and PKCE':
    async (site) => {
      const answer = await site.browser().visit('/auth/login');
      expect(answer.status).toBe(302);
      const url = new URL(answer.location);
      expect(url.origin + url.pathname).toBe(`${site.mock.url}/api/oauth2/authorize`);
      const { state, code_challenge, ...rest } = Object.fromEntries(url.searchParams);
      expect(rest).toEqual({
        client_id: site.options.clientId,
        redirect_uri: site.options.redirectUri,
        response_type: 'code',
        scope: 'profile balance',
        auto_authorize: 'true',
        code_challenge_method: 'S256',
      });
      expect(code_challenge).toMatch(/^[\w-]{43}$/);
      expect(state).toMatch(/^[\w-]{22,}$/);
      expect([...url.searchParams.keys()].length).toBe(8);
    },
  'login works for a client without any Accept or Sec-Fetch header': async (site) => {
    expect((await site.ask('/auth/login')).status).toBe(302);
  },
  'state and challenge are fresh at every login, also in one browser': async (site) => {
    const browser = site.browser();
    const seen = new Set<string | null>();
    for (let i = 0; i < 50; i += 1) {
      const { searchParams } = new URL((await browser.visit('/auth/login')).location);
      seen.add(searchParams.get('state')).add(searchParams.get('code_challenge'));
    }
    expect(seen.size).toBe(100);
  },
  'state means nothing to a reader': async (site) => {
    const { location } = await site.browser().visit('/auth/login?returnTo=/canary-path');
    const state = new URL(location).searchParams.get('state') ?? '';
    for (const part of [state, ...state.split('.')]) {
      expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain('canary-path');
    }
  },
  'parameters of the authorize URL cannot be injected through login': async (site) => {
    const evil =
      'redirect_uri=https://evil.example&client_id=evil&scope=admin&state=chosen&response_type=token&auto_authorize=false&code_challenge=x&nonce=n&prompt=none';
    const { location } = await site.browser().visit(`/auth/login?${evil}`);
    const { searchParams } = new URL(location);
    expect(location).not.toMatch(/evil|admin|chosen|nonce|prompt/);
    expect(searchParams.getAll('redirect_uri')).toEqual([site.options.redirectUri]);
    expect(searchParams.get('response_type')).toBe('code');
    expect(searchParams.get('auto_authorize')).toBe('true');
  },
  'Host and X-Forwarded-* headers change nothing about a login': async (site) => {
    const bent = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-port': '444',
      'x-forwarded-prefix': '/evil',
      'x-forwarded-for': '1.2.3.4',
      forwarded: 'host=evil.example;proto=https',
      'x-original-url': '/evil',
      'x-rewrite-url': '/evil',
    };
    const answer = await site.ask('/auth/login', { headers: bent });
    expect(answer.status).toBe(302);
    expect(answer.headerText).not.toContain('evil');
    expect(new URL(answer.location).searchParams.get('redirect_uri')).toBe(site.options.redirectUri);
    for (const { attributes, name } of answer.setCookies) {
      expect(name).not.toMatch(/^__Host-/);
      expect(attributes).not.toHaveProperty('secure');
      expect(attributes).not.toHaveProperty('domain');
    }
    const browser = site.browser();
    const back = await beginLogin(browser, { returnTo: '/x' });
    const finished = await browser.visit(back, bent);
    expect([finished.status, finished.location]).toEqual([303, '/x']);
  },
  'a prefetched login is answered 503, sets no cookie, and the real visit after it works': async (site) => {
    const browser = site.browser();
    for (const purpose of ['prefetch', 'prefetch;prerender', 'prefetch;anonymous-client-ip']) {
      const answer = await browser.visit('/auth/login', { 'sec-purpose': purpose });
      expect(answer.status).toBe(503);
      expect(answer.setCookies).toEqual([]);
      expect(answer.headers.location).toBeUndefined();
    }
    expect((await login(browser)).status).toBe(303);
    expect((await browser.session()).authenticated).toBe(true);
  },
  'HEAD to login is answered 405 and sets no cookie': async (site) => {
    const answer = await site.ask('/auth/login', { method: 'HEAD' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toContain('GET');
    expect(answer.setCookies).toEqual([]);
  },
  'five logins begun in parallel tabs all succeed, finished in any order': async (site) => {
    const browser = site.browser();
    const tabs: { returnTo: string; back: string }[] = [];
    for (const returnTo of ['/1', '/2', '/3', '/4', '/5']) {
      tabs.push({ returnTo, back: await beginLogin(browser, { returnTo }) });
    }
    for (const index of [2, 4, 0, 3, 1]) {
      const answer = await browser.visit(tabs[index]?.back ?? '');
      expect([answer.status, answer.location]).toEqual([303, tabs[index]?.returnTo]);
    }
    expect((await browser.session()).authenticated).toBe(true);
    expect(await browser.loginCookies()).toEqual([]);
  },
  'five tabs finished at the same moment all succeed': async (site) => {
    const browser = site.browser();
    const backs: string[] = [];
    for (const returnTo of ['/1', '/2', '/3', '/4', '/5'])
      backs.push(await beginLogin(browser, { returnTo }));
    const answers = await Promise.all(backs.map((back) => browser.visit(back)));
    expect(answers.map(({ status, location }) => [status, location])).toEqual(
      [1, 2, 3, 4, 5].map((n) => [303, `/${n}`]),
    );
    expect(site.mock.count('token', 'authorization_code')).toBe(5);
  },
  'after 200 logins begun and none finished there are at most 5 login cookies of 6 kB, and the last one works':
    async (site) => {
      const browser = site.browser();
      const long = `/${'x'.repeat(2000)}`;
      let back = '';
      for (let i = 0; i < 200; i += 1) {
        back = await beginLogin(browser, { returnTo: long });
        const cookies = await browser.loginCookies();
        expect(cookies.length).toBeLessThanOrEqual(5);
        expect(
          Buffer.byteLength(cookies.map((cookie) => cookie.cookieString()).join('; ')),
        ).toBeLessThanOrEqual(6144);
        for (const cookie of cookies) expect(cookie.cookieString().length).toBeLessThanOrEqual(4096);
      }
      const answer = await browser.visit(back);
      expect([answer.status, answer.location]).toEqual([303, long]);
    },
  'of many logins with short returnTo the five newest can be finished and an older one is refused': async (
    site,
  ) => {
    const browser = site.browser();
    const backs: string[] = [];
    for (let i = 0; i < 8; i += 1) {
      backs.push(await beginLogin(browser, { returnTo: `/${i}` }));
      await pause(2);
    }
    const old = await browser.fetch(backs[0] ?? '');
    expect([old.status, old.code]).toEqual([403, 'invalid_state']);
    const ends: string[] = [];
    for (const back of backs.slice(3)) ends.push((await browser.visit(back)).location);
    expect(ends).toEqual(['/3', '/4', '/5', '/6', '/7']);
    expect(site.mock.count('token')).toBe(5);
  },
  'a login while logged in gives a new session; the old one is dead and nothing is merged': async (site) => {
    const browser = await loggedIn(site);
    const oldCookie = await browser.cookieHeader();
    const oldId = await browser.sessionId();
    await login(browser, { userId: GRACE });
    expect(await browser.sessionId()).not.toBe(oldId);
    expect((await browser.session()).user).toMatchObject({ id: '67890', username: 'grace' });
    const old = await site.ask('/auth/session', { headers: { cookie: oldCookie } });
    expect(old.json()).toEqual({ authenticated: false });
  },
  'logging in again as the same user ends the old session too': async (site) => {
    const browser = await loggedIn(site);
    const oldCookie = await browser.cookieHeader();
    await login(browser);
    expect((await site.ask('/private', { headers: { cookie: oldCookie } })).status).toBe(401);
    expect((await browser.session()).authenticated).toBe(true);
  },
  'beginning a login and not finishing it leaves the session as it is': async (site) => {
    const browser = await loggedIn(site);
    const before = await browser.session();
    await browser.visit('/auth/login');
    expect(await browser.session()).toEqual(before);
  },
  'login calls nothing at the provider': async (site) => {
    await inParallel([1, 2, 3, 4, 5], 5, async () => void (await site.browser().visit('/auth/login')));
    expect(site.mock.requests).toEqual([]);
  },
};

conformance('login', cases);

const still: Cases = {
  'of logins begun in the same millisecond the newest five are kept too': async (site) => {
    const browser = site.browser();
    const backs: string[] = [];
    for (let i = 0; i < 7; i += 1) backs.push(await beginLogin(browser, { returnTo: `/${i}` }));
    const ends: string[] = [];
    for (const back of backs.slice(2)) ends.push((await browser.visit(back)).location);
    expect(ends).toEqual(['/2', '/3', '/4', '/5', '/6']);
  },
};
const moment = Date.now();
conformance('login while the clock stands still', still, { options: { now: () => moment } });

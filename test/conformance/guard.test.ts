import { expect } from 'vitest';
import { FETCH, HTML, loggedIn, NAVIGATION } from './browser.js';
import { type Cases, conformance, inParallel } from './site.js';

const cases: Cases = {
  'a browser navigation without a session is sent to login with 302, with path and query to come back to':
    async (site) => {
      const answer = await site.ask('/private?a=b&c=%20d', { headers: NAVIGATION });
      expect(answer.status).toBe(302);
      const login = new URL(answer.location, site.origin);
      expect(login.origin + login.pathname).toBe(`${site.origin}/auth/login`);
      expect([...login.searchParams]).toEqual([['returnTo', '/private?a=b&c=%20d']]);
    },
  'the whole way from guard to login and back ends on the page asked for': async (site) => {
    const browser = site.browser();
    const sent = await browser.visit('/private?a=b');
    const begun = await browser.visit(sent.location);
    const back = await site.mock.authorize(begun.location, 12345);
    const done = await browser.visit(back.slice(site.origin.length));
    expect([done.status, done.location]).toEqual([303, '/private?a=b']);
    expect((await browser.visit(done.location)).json().username).toBe('ada');
  },
  'any other request without a session gets 401 unauthenticated': async (site) => {
    const others = [
      {},
      { accept: '*/*' },
      { accept: 'application/json' },
      { accept: 'application/json, text/html;q=0.5' },
      { accept: 'image/png' },
      FETCH,
    ];
    for (const headers of others) {
      const answer = await site.ask('/private', { headers });
      expect([headers, answer.status, answer.code]).toEqual([headers, 401, 'unauthenticated']);
      expect(answer.headers.location).toBeUndefined();
    }
  },
  'a HEAD that prefers HTML is no navigation': async (site) => {
    const answer = await site.ask('/private', { method: 'HEAD', headers: NAVIGATION });
    expect(answer.status).toBe(401);
  },
  'a client that prefers HTML is sent to login also without Sec-Fetch headers': async (site) => {
    for (const accept of [HTML, 'text/html', 'text/html, application/json;q=0.9']) {
      const answer = await site.ask('/private', { headers: { accept } });
      expect([accept, answer.status]).toEqual([accept, 302]);
    }
  },
  'with a session the handler has the user, exactly': async (site) => {
    const browser = await loggedIn(site);
    const answer = await browser.fetch('/private');
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({
      id: '12345',
      username: 'ada',
      email: 'ada@example.com',
      createdAt: '2022-01-01T00:00:00.000Z',
      status: 1,
    });
  },
  'the guard calls nothing at the provider, not even when the token is over': async (site) => {
    const browser = await loggedIn(site);
    site.mock.clearRequests();
    site.clock.advance(7300);
    expect((await browser.fetch('/private')).status).toBe(200);
    expect(site.mock.requests).toEqual([]);
  },
  'Host and X-Forwarded-* do not bend where the guard sends a browser': async (site) => {
    const headers = {
      ...NAVIGATION,
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      'x-forwarded-prefix': '//evil.example',
      'x-original-url': '//evil.example',
      referer: 'https://evil.example',
    };
    const answer = await site.ask('/private', { headers });
    expect(answer.status).toBe(302);
    expect(answer.headerText).not.toContain('evil');
    expect(new URL(answer.location, site.origin).origin).toBe(site.origin);
  },
  'a path too long to come back to is replaced by the default': async (site) => {
    const answer = await site.ask(`/private?x=${'y'.repeat(3000)}`, { headers: NAVIGATION });
    expect(answer.status).toBe(302);
    const { searchParams } = new URL(answer.location, site.origin);
    expect(['/', null]).toContain(searchParams.get('returnTo'));
  },
  'many requests at once in one session are all answered for that user': async (site) => {
    const browser = await loggedIn(site);
    await inParallel(Array.from({ length: 200 }), 20, async () => {
      expect((await browser.fetch('/private')).json().id).toBe('12345');
    });
  },
};

conformance('guard', cases);

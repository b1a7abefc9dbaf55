import { expect } from 'vitest';
import { ADA, type Browser, GRACE, loggedIn, login } from './browser.js';
import { type Cases, conformance, eventually, type Site } from './site.js';

const LIFETIME = 7200;
const refreshes = (site: Site) => site.mock.count('token', 'refresh_token');

/** A browser whose access token is over, by everybody's clock. */
async function withExpiredToken(site: Site): Promise<Browser> {
  const browser = await loggedIn(site);
  site.clock.advance(LIFETIME + 1);
  site.mock.clearRequests();
  return browser;
}

const cases: Cases = {
  'a token with more than five minutes to live is not refreshed': async (site) => {
    const browser = await loggedIn(site);
    site.clock.advance(LIFETIME - 310);
    expect((await browser.fetch('/auth/userinfo')).status).toBe(200);
    expect(refreshes(site)).toBe(0);
  },
  'within five minutes of the expiry a call is served at once with the old token, and a refresh happens beside it':
    async (site) => {
      const browser = await loggedIn(site);
      await browser.fetch('/auth/userinfo');
      const old = site.mock.requests.at(-1)?.headers.authorization;
      site.clock.advance(LIFETIME - 290);
      site.mock.clearRequests();
      const release = site.mock.fault('token', { type: 'hang' });
      let failed = false;
      const stop = site.core.on('refreshFailed', () => {
        failed = true;
      });
      // Whoever waited for the refresh would be told that the provider does not answer.
      expect((await browser.fetch('/auth/userinfo')).status).toBe(200);
      expect(site.mock.requests.find(({ endpoint }) => endpoint === 'userinfo')?.headers.authorization).toBe(
        old,
      );
      await eventually(() => refreshes(site) === 1);
      await eventually(() => failed);
      stop();
      release();
      // A refresh ahead that failed is left alone for a while.
      site.clock.advance(15);
      await eventually(async () => {
        await browser.fetch('/auth/userinfo');
        return site.mock.requests.at(-1)?.headers.authorization !== old;
      });
      expect(refreshes(site)).toBe(2);
    },
  'a refresh beside a call that hangs or fails disturbs nobody': async (site) => {
    for (const fault of [
      { type: 'hang' },
      { type: 'status', status: 500 },
      { type: 'body', body: '<html>' },
    ] as const) {
      const browser = await loggedIn(site);
      site.clock.advance(LIFETIME - 200);
      site.mock.fault('token', fault);
      for (let i = 0; i < 3; i += 1) {
        const start = Date.now();
        expect((await browser.fetch('/auth/balance')).status).toBe(200);
        expect(Date.now() - start).toBeLessThan(1_500);
      }
      site.mock.clearFaults();
      expect((await browser.session()).authenticated).toBe(true);
    }
  },
  'fifty requests at once with an expired token make one refresh, and all are served': async (site) => {
    const browser = await withExpiredToken(site);
    site.mock.fault('token', { type: 'latency', ms: 100 });
    const paths = ['/auth/userinfo', '/auth/balance', '/auth/topup'];
    const calls = Array.from({ length: 50 }, (_, at) => browser.fetch(paths[at % 3] ?? ''));
    expect(new Set((await Promise.all(calls)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(refreshes(site)).toBe(1);
  },
  'those who come just after a refresh find the new token': async (site) => {
    const browser = await withExpiredToken(site);
    for (let i = 0; i < 5; i += 1) expect((await browser.fetch('/auth/balance')).status).toBe(200);
    expect(refreshes(site)).toBe(1);
  },
  'a session lives on through many refreshes with rotating refresh tokens': async (site) => {
    const browser = await loggedIn(site);
    for (let i = 0; i < 5; i += 1) {
      site.clock.advance(LIFETIME + 1);
      expect((await browser.fetch('/auth/balance')).status).toBe(200);
    }
    expect(refreshes(site)).toBe(5);
  },
  'a 401 from the provider leads to one refresh and one retry': async (site) => {
    const browser = await loggedIn(site);
    for (const [path, endpoint] of [
      ['/auth/userinfo', 'userinfo'],
      ['/auth/topup', 'topup'],
    ] as const) {
      site.mock.expireAccessTokens(ADA);
      site.mock.clearRequests();
      expect((await browser.fetch(path)).status).toBe(200);
      expect([refreshes(site), site.mock.count(endpoint)]).toEqual([1, 2]);
    }
  },
  'fifty 401 at once lead to one refresh': async (site) => {
    const browser = await loggedIn(site);
    site.mock.expireAccessTokens(ADA);
    site.mock.fault('token', { type: 'latency', ms: 50 });
    const calls = Array.from({ length: 50 }, (_, at) =>
      browser.fetch(at % 2 ? '/auth/topup' : '/auth/userinfo'),
    );
    expect(new Set((await Promise.all(calls)).map(({ status }) => status))).toEqual(new Set([200]));
    expect(refreshes(site)).toBe(1);
  },
  'still 401 after a refresh is provider_error, the session stays, and there is no loop': async (site) => {
    const browser = await loggedIn(site);
    for (const [path, endpoint] of [
      ['/auth/userinfo', 'userinfo'],
      ['/auth/topup', 'topup'],
    ] as const) {
      site.mock.clearRequests();
      site.mock.fault(endpoint, { type: 'status', status: 401 });
      const answer = await browser.fetch(path);
      expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
      expect([refreshes(site), site.mock.count(endpoint)]).toEqual([1, 2]);
      expect((await browser.session()).authenticated).toBe(true);
      site.mock.clearFaults();
      expect((await browser.fetch(path)).status).toBe(200);
    }
  },
  'a revoked grant ends the session: 401 session_expired once, then unauthenticated': async (site) => {
    const browser = await loggedIn(site);
    const copy = await browser.cookieHeader();
    site.mock.revoke(ADA);
    site.mock.clearRequests();
    const answer = await browser.fetch('/auth/balance');
    expect([answer.status, answer.code]).toEqual([401, 'session_expired']);
    const held = { headers: { cookie: copy } };
    expect((await site.ask('/auth/session', held)).json()).toEqual({ authenticated: false });
    expect((await site.ask('/auth/balance', held)).code).toBe('unauthenticated');
    expect((await site.ask('/private', held)).status).toBe(401);
    expect(refreshes(site)).toBe(1);
  },
  'a revoked grant found by twenty requests at once makes one refresh and no fault': async (site) => {
    const browser = await withExpiredToken(site);
    site.mock.revoke(ADA);
    site.mock.fault('token', { type: 'latency', ms: 50 });
    const answers = await Promise.all(Array.from({ length: 20 }, () => browser.fetch('/auth/userinfo')));
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(['session_expired', 'unauthenticated']).toContain(answer.code);
    }
    expect(refreshes(site)).toBe(1);
  },
  'a revoked grant of one user leaves the sessions of others alone': async (site) => {
    const [ada, grace] = [await loggedIn(site), await loggedIn(site, { userId: GRACE })];
    site.mock.revoke(ADA);
    expect((await ada.fetch('/auth/balance')).code).toBe('session_expired');
    expect((await grace.fetch('/auth/balance')).status).toBe(200);
  },
  'a userinfo answer for another user ends the session with session_expired and shows nothing of the other':
    async (site) => {
      for (const path of ['/auth/userinfo', '/auth/balance']) {
        for (const refreshed of [false, true]) {
          const browser = refreshed ? await withExpiredToken(site) : await loggedIn(site);
          site.mock.fault(
            'userinfo',
            { type: 'patch', patch: { id: 67890, username: 'stranger' } },
            { times: 1 },
          );
          const answer = await browser.fetch(path);
          expect([path, answer.status, answer.code]).toEqual([path, 401, 'session_expired']);
          expect(answer.text).not.toContain('stranger');
          expect(await browser.session()).toEqual({ authenticated: false });
        }
      }
    },
  'the same user id as text instead of a number is the same user': async (site) => {
    const browser = await loggedIn(site);
    site.mock.fault('userinfo', { type: 'patch', patch: { id: '12345' } }, { times: 1 });
    expect((await browser.fetch('/auth/userinfo')).json().user.id).toBe('12345');
  },
  'a 401 without a refresh token to use is session_expired, and the session is gone': async (site) => {
    for (const remove of [['refresh_token'], ['refresh_token', 'scope']]) {
      site.mock.fault('token', { type: 'patch', patch: {}, remove }, { times: 1 });
      const browser = await loggedIn(site);
      expect((await browser.fetch('/auth/balance')).status).toBe(200);
      site.mock.expireAccessTokens(ADA);
      site.mock.clearRequests();
      const answer = await browser.fetch('/auth/balance');
      expect([answer.status, answer.code]).toEqual([401, 'session_expired']);
      expect(await browser.session()).toEqual({ authenticated: false });
      expect(refreshes(site)).toBe(0);
    }
  },
  'a refresh that brings no new refresh token keeps the old one': async (site) => {
    const browser = await withExpiredToken(site);
    site.mock.fault(
      'token',
      {
        type: 'body',
        body: JSON.stringify({ access_token: 'at-from-body', token_type: 'Bearer', expires_in: 7200 }),
      },
      { times: 1 },
    );
    await browser.fetch('/auth/balance');
    const sent = site.mock.requests
      .filter(({ endpoint }) => endpoint === 'token')
      .map(({ params }) => params.refresh_token);
    expect(sent.length).toBe(2);
    expect(sent[0]).toBe(sent[1]);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
  },
  'a refresh whose answer is lost is tried a bounded number of times; then the session ends cleanly': async (
    site,
  ) => {
    const browser = await withExpiredToken(site);
    site.mock.fault('token', { type: 'drop', when: 'after' }, { times: 1 });
    const codes: (string | undefined)[] = [];
    for (let i = 0; i < 4; i += 1) codes.push((await browser.fetch('/auth/balance')).code);
    expect(['provider_unavailable', 'session_expired']).toContain(codes[0]);
    expect(codes).toContain('session_expired');
    expect(codes.at(-1)).toBe('unauthenticated');
    expect(refreshes(site)).toBeLessThanOrEqual(3);
    site.mock.clearViolations();
    expect((await login(browser)).status).toBe(303);
  },
  'logging in while the session’s refresh is failing gives a session that works': async (site) => {
    const browser = await withExpiredToken(site);
    site.mock.revoke(ADA);
    await login(browser);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
  },
};

conformance('tokens', cases, { options: { timeout: 1_500 } });

import { expect } from 'vitest';
import { type Browser, loggedIn, login } from './browser.js';
import { type Cases, conformance, eventually, pause, type Site } from './site.js';

type Fault = Parameters<Site['mock']['fault']>[1];
const refreshes = (site: Site) => site.mock.count('token', 'refresh_token');

async function withExpiredToken(site: Site): Promise<Browser> {
  const browser = await loggedIn(site);
  site.clock.advance(7201);
  site.mock.clearRequests();
  return browser;
}

const body = (text: string, status = 200, contentType = 'application/json'): Fault => ({
  type: 'body',
  body: text,
  status,
  contentType,
});

/** A refresh that fails like this keeps the session; status and code of the answer, and at most how long it takes. */
const FAILED_REFRESHES: readonly (readonly [string, Fault, number, string])[] = [
  ['500', { type: 'status', status: 500 }, 503, 'provider_unavailable'],
  ['502 with HTML', body('<html>Bad gateway</html>', 502, 'text/html'), 503, 'provider_unavailable'],
  ['503 with invalid_grant in it', body('{"error":"invalid_grant"}', 503), 503, 'provider_unavailable'],
  ['429', { type: 'status', status: 429, headers: { 'retry-after': '17' } }, 503, 'provider_unavailable'],
  ['no answer', { type: 'hang' }, 503, 'provider_unavailable'],
  ['a byte at a time', { type: 'slow-body', msPerByte: 50 }, 503, 'provider_unavailable'],
  ['a cut connection', { type: 'drop', when: 'before' }, 503, 'provider_unavailable'],
  ['HTML with 200', body('<html>hello</html>', 200, 'text/html'), 502, 'provider_error'],
  ['an empty body', body(''), 502, 'provider_error'],
  ['a truncated body', body('{"access_token":"ab'), 502, 'provider_error'],
  ['the gateway’s success false', { type: 'gateway-error' }, 502, 'provider_error'],
  ['the gateway’s error object', { type: 'gateway-error', shape: 'error-object' }, 502, 'provider_error'],
  ['200 with invalid_grant in it', body('{"error":"invalid_grant"}'), 502, 'provider_error'],
  ['400 with HTML', body('<html>', 400, 'text/html'), 502, 'provider_error'],
  ['invalid_client', body('{"error":"invalid_client"}', 401), 502, 'provider_error'],
  ['invalid_request', body('{"error":"invalid_request"}', 400), 502, 'provider_error'],
  ['an error that is an object', body('{"error":{"message":"invalid_grant"}}', 400), 502, 'provider_error'],
  ['a redirect', { type: 'status', status: 307, headers: { location: '/elsewhere' } }, 502, 'provider_error'],
  ['204', { type: 'status', status: 204 }, 502, 'provider_error'],
  ['403', { type: 'status', status: 403 }, 502, 'provider_error'],
  ['null', body('null'), 502, 'provider_error'],
  ['a list', body('[]'), 502, 'provider_error'],
];

const failures = Object.fromEntries(
  FAILED_REFRESHES.map(([what, fault, status, code]) => [
    `a refresh answered with ${what} is ${code}; the session stays and the next call works`,
    async (site: Site) => {
      const browser = await withExpiredToken(site);
      const id = await browser.sessionId();
      site.mock.fault('token', fault);
      const start = Date.now();
      const answer = await browser.fetch('/auth/balance');
      expect([answer.status, answer.code]).toEqual([status, code]);
      expect(Date.now() - start).toBeLessThan(1500);
      if (what === '429') expect(answer.headers['retry-after']).toBe('17');
      expect(answer.setCookies).toEqual([]);
      expect(refreshes(site)).toBeLessThanOrEqual(2);
      expect((await browser.session()).authenticated).toBe(true);
      site.mock.clearFaults();
      // The shared refresh may outlive the caller that gave up by a moment; who comes in that moment fails with it.
      await pause(50);
      const next = await browser.fetch('/auth/balance');
      if (what === 'a byte at a time') {
        // The provider did its work: the refresh token is spent, and what comes next is the provider's to say.
        site.mock.clearViolations();
        return;
      }
      expect([next.status, await browser.sessionId()]).toEqual([200, id]);
    },
  ]),
);
conformance('refresh that fails', failures, { options: { timeout: 400 } });

const EXPIRES: readonly unknown[] = [
  '3600',
  0,
  -1,
  1e12,
  undefined,
  7_200_000,
  '7200',
  1.5,
  null,
  '',
  'soon',
  Number.MAX_SAFE_INTEGER,
  '0',
  [7200],
  {},
  true,
];

const expiry: Cases = {
  'whatever expires_in says, a login works and calls make no loop of refreshes': async (site) => {
    for (const expires_in of EXPIRES) {
      site.mock.fault('token', { type: 'patch', patch: { expires_in } }, { times: 1 });
      const browser = await loggedIn(site).catch(() => undefined);
      site.mock.clearRequests();
      const numeric =
        [0, -1].includes(Number(expires_in)) || Number(expires_in) > 0 || expires_in === undefined;
      if (numeric && !Array.isArray(expires_in) && typeof expires_in !== 'boolean') {
        expect([expires_in, browser !== undefined]).toEqual([expires_in, true]);
      }
      if (browser === undefined) continue;
      for (let i = 0; i < 4; i += 1) {
        expect([expires_in, (await browser.fetch('/auth/balance')).status]).toEqual([expires_in, 200]);
      }
      expect([expires_in, refreshes(site) <= 1]).toEqual([expires_in, true]);
    }
  },
  'a provider that always says 0, −1 or nothing is not asked to refresh at every call': async (site) => {
    for (const expires_in of [0, -1, undefined, '0']) {
      site.mock.clearFaults();
      site.mock.fault('token', { type: 'patch', patch: { expires_in } });
      const browser = await loggedIn(site);
      site.mock.clearRequests();
      for (let i = 0; i < 10; i += 1) expect((await browser.fetch('/auth/balance')).status).toBe(200);
      expect([expires_in, refreshes(site) < 10]).toEqual([expires_in, true]);
      expect((await browser.session()).authenticated).toBe(true);
    }
  },
  'numbers in text are numbers: a token of "600" is refreshed after ten minutes, not before': async (
    site,
  ) => {
    site.mock.fault('token', { type: 'patch', patch: { expires_in: '1200' } }, { times: 1 });
    const browser = await loggedIn(site);
    site.clock.advance(600);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
    expect(refreshes(site)).toBe(0);
    site.clock.advance(601);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
    expect(refreshes(site)).toBe(1);
  },
  'a token said to live for ever is refreshed when the provider no longer takes it': async (site) => {
    site.mock.fault('token', { type: 'patch', patch: { expires_in: 1e12 } }, { times: 1 });
    const browser = await loggedIn(site);
    site.clock.advance(7300);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
    expect(refreshes(site)).toBe(1);
  },
};
conformance('expires_in', expiry);

const immortal: Cases = {
  'no token is believed to live for ever: two days later it has been refreshed': async (site) => {
    const browser = await loggedIn(site);
    site.clock.advance(2 * 86_400);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
    await eventually(() => refreshes(site) === 1);
  },
};
conformance('expires_in of a billion seconds', immortal, { mock: { accessTokenLifetime: 1e9 } });

const MALFORMED: readonly Record<string, unknown>[] = [
  { access_token: 'a\r\nX-Evil: 1' },
  { access_token: 'é' },
  { access_token: 'a b\u0000' },
  { access_token: 'x'.repeat(1_000_000) },
  { access_token: { a: 1 } },
  { access_token: ['x'] },
  { access_token: '' },
  { access_token: 12 },
  { access_token: null },
  { access_token: undefined },
  { access_token: '😀' },
  { access_token: 'a\nb' },
  { token_type: 'mac' },
  { token_type: 'DPoP' },
  { token_type: 12 },
  { token_type: '' },
  { refresh_token: 'a\r\nb' },
  { refresh_token: { a: 1 } },
  { refresh_token: 12 },
  { refresh_token: 'x'.repeat(1_000_000) },
  { refresh_token: 'é' },
];

const malformed: Cases = {
  'a malformed token at login is provider_error, and nobody is logged in': async (site) => {
    for (const patch of MALFORMED) {
      const browser = site.browser();
      site.mock.clearFaults();
      site.mock.fault('token', { type: 'patch', patch }, { times: 1 });
      const answer = await login(browser);
      const what = JSON.stringify(patch).slice(0, 60);
      expect([what, answer.status, answer.headers.location]).toEqual([what, 303, '/?error=provider_error']);
      expect(answer.headers['x-evil']).toBeUndefined();
      expect(await browser.session()).toEqual({ authenticated: false });
    }
  },
  'a malformed token at a refresh is provider_error, and the session stays': async (site) => {
    for (const patch of MALFORMED) {
      const browser = await withExpiredToken(site);
      site.mock.fault('token', { type: 'patch', patch }, { times: 1 });
      const answer = await browser.fetch('/auth/balance');
      const what = JSON.stringify(patch).slice(0, 60);
      expect([what, answer.status, answer.code]).toEqual([what, 502, 'provider_error']);
      expect([what, (await browser.session()).authenticated]).toEqual([what, true]);
      site.mock.clearViolations();
    }
  },
  'token_type is Bearer in any case': async (site) => {
    for (const token_type of ['bearer', 'BEARER', 'Bearer']) {
      site.mock.fault('token', { type: 'patch', patch: { token_type } }, { times: 1 });
      expect((await (await loggedIn(site)).fetch('/auth/balance')).status).toBe(200);
    }
  },
};
conformance('malformed tokens', malformed);

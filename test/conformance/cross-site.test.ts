import type { OutgoingHttpHeaders } from 'node:http';
import { expect } from 'vitest';
import { beginLogin, FORM, HTML, loggedIn } from './browser.js';
import { type Cases, conformance, type Site } from './site.js';

const JSON_ROUTES = ['session', 'userinfo', 'balance', 'topup'];
const FOREIGN = ['cross-site', 'same-site'];

/** Whether a logout with these headers is let through; the session tells whether it did anything. */
async function logsOut(
  site: Site,
  headers: OutgoingHttpHeaders,
  path = '/auth/logout',
  body = '',
): Promise<string> {
  const browser = await loggedIn(site);
  const cookie = await browser.cookieHeader();
  const answer = await site.ask(path, { method: 'POST', headers: { cookie, ...headers }, body });
  const alive = (await browser.session()).authenticated;
  if (answer.status === 403) expect([answer.code, answer.setCookies]).toEqual(['csrf', []]);
  return `${answer.status} ${alive ? 'alive' : 'over'}`;
}

const cases: Cases = {
  'logout is let through from this site by Sec-Fetch-Site, and refused from any other': async (site) => {
    expect(await logsOut(site, { 'sec-fetch-site': 'same-origin' })).toBe('204 over');
    expect(await logsOut(site, { 'sec-fetch-site': 'none' })).toBe('204 over');
    for (const value of [...FOREIGN, 'garbage', '', 'same-origin, cross-site', 'SAME-ORIGIN']) {
      const outcome = await logsOut(site, { 'sec-fetch-site': value });
      expect([value, outcome]).toEqual([value, '403 alive']);
    }
  },
  'without Sec-Fetch-Site an Origin of this site is needed for logout': async (site) => {
    const { port } = new URL(site.origin);
    expect(await logsOut(site, { origin: site.origin })).toBe('204 over');
    const bad = [
      'https://evil.example',
      'null',
      '',
      `http://127.0.0.1:${port}`,
      `https://localhost:${port}`,
      'http://localhost',
      `${site.origin}.evil.example`,
      `${site.origin}/`,
      'http://evil.example:80',
      '*',
      site.origin.toUpperCase(),
    ];
    for (const origin of bad) {
      const outcome = await logsOut(site, { origin });
      expect([origin, outcome]).toEqual([origin, '403 alive']);
    }
    expect(await logsOut(site, {})).toBe('403 alive');
    expect(await logsOut(site, { referer: `${site.origin}/` })).toBe('403 alive');
  },
  'Sec-Fetch-Site counts more than an Origin that is this site’s': async (site) => {
    for (const value of FOREIGN) {
      expect(await logsOut(site, { 'sec-fetch-site': value, origin: site.origin })).toBe('403 alive');
    }
  },
  'Host and X-Forwarded-* do not make another origin this site’s': async (site) => {
    const bent = { host: 'evil.example', 'x-forwarded-host': 'evil.example', 'x-forwarded-proto': 'https' };
    expect(await logsOut(site, { ...bent, origin: 'https://evil.example' })).toBe('403 alive');
    expect(await logsOut(site, { ...bent, origin: 'http://evil.example' })).toBe('403 alive');
    expect(await logsOut(site, { ...bent, origin: site.origin })).toBe('204 over');
  },
  'no content type, method override or form field lets a cross-site logout through': async (site) => {
    const types = [
      'text/plain',
      FORM,
      'multipart/form-data; boundary=x',
      'application/json',
      'text/plain; application/json',
      '',
    ];
    for (const type of types) {
      const headers = {
        origin: 'https://evil.example',
        accept: HTML,
        ...(type && { 'content-type': type }),
        'x-requested-with': 'XMLHttpRequest',
        'x-http-method-override': 'POST',
      };
      expect([type, await logsOut(site, headers)]).toEqual([type, '403 alive']);
      expect(
        await logsOut(
          site,
          { ...headers, 'sec-fetch-site': 'cross-site' },
          '/auth/logout?_method=POST',
          'a=b',
        ),
      ).toBe('403 alive');
    }
  },
  'a cross-site logout is refused in the same way when nobody is logged in': async (site) => {
    const answer = await site.ask('/auth/logout', {
      method: 'POST',
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect([answer.status, answer.code]).toEqual([403, 'csrf']);
  },
  'the JSON routes refuse cross-site and same-site, and call nobody': async (site) => {
    const browser = await loggedIn(site);
    site.mock.clearRequests();
    for (const route of JSON_ROUTES) {
      for (const value of FOREIGN) {
        for (const mode of ['cors', 'no-cors', 'same-origin']) {
          const headers = {
            'sec-fetch-site': value,
            'sec-fetch-mode': mode,
            'sec-fetch-dest': mode === 'no-cors' ? 'image' : 'empty',
          };
          const answer = await browser.fetch(`/auth/${route}`, headers);
          expect([route, value, mode, answer.status, answer.code]).toEqual([route, value, mode, 403, 'csrf']);
        }
      }
    }
    expect(site.mock.requests).toEqual([]);
  },
  'the JSON routes refuse scripts, images and frames of other sites although they ask for HTML': async (
    site,
  ) => {
    const browser = await loggedIn(site);
    site.mock.clearRequests();
    for (const route of JSON_ROUTES) {
      for (const dest of ['iframe', 'frame', 'embed', 'object']) {
        const headers = {
          'sec-fetch-site': 'cross-site',
          'sec-fetch-dest': dest,
          'sec-fetch-mode': 'navigate',
        };
        const answer = await browser.visit(`/auth/${route}`, headers);
        expect([route, dest, answer.status]).toEqual([route, dest, 403]);
      }
    }
    expect(site.mock.requests).toEqual([]);
  },
  'a top-level navigation from another site is let through to topup, and to no other JSON route': async (
    site,
  ) => {
    const browser = await loggedIn(site);
    for (const value of FOREIGN) {
      for (const route of JSON_ROUTES) {
        const answer = await browser.visit(`/auth/${route}`, { 'sec-fetch-site': value });
        expect([value, route, answer.status]).toEqual([value, route, route === 'topup' ? 303 : 403]);
      }
    }
  },
  'the JSON routes serve the site itself, a typed address, and clients that are no browsers': async (
    site,
  ) => {
    const browser = await loggedIn(site);
    const cookie = await browser.cookieHeader();
    for (const route of ['session', 'userinfo', 'balance']) {
      for (const headers of [
        { 'sec-fetch-site': 'same-origin' },
        { 'sec-fetch-site': 'none' },
        {},
        { accept: '*/*' },
      ]) {
        const answer = await site.ask(`/auth/${route}`, { headers: { cookie, ...headers } });
        expect([route, answer.status]).toEqual([route, 200]);
      }
    }
  },
  'login and callback are open to navigations from other sites': async (site) => {
    const browser = site.browser();
    const begun = await browser.visit('/auth/login', { 'sec-fetch-site': 'cross-site' });
    expect(begun.status).toBe(302);
    const back = await beginLogin(browser);
    expect((await browser.visit(back, { 'sec-fetch-site': 'cross-site' })).status).toBe(303);
  },
  'an Origin that nobody trusts does not open the JSON routes': async (site) => {
    const browser = await loggedIn(site);
    for (const origin of ['https://evil.example', 'null', 'https://app.example.com']) {
      const answer = await browser.fetch('/auth/session', { 'sec-fetch-site': 'cross-site', origin });
      expect([origin, answer.status, answer.code]).toEqual([origin, 403, 'csrf']);
    }
  },
  'paths that only resemble a route are not ours, and show nothing': async (site) => {
    const browser = await loggedIn(site);
    const lookalikes = [
      '/auth/session/x.css',
      '/auth/session;x.js',
      '/auth/session%2f',
      '/auth/session%2Fx.css',
      '/auth/session/',
      '/auth/userinfo/x.png',
      '/auth/userinfo;.css',
      '/auth/balance%3f.js',
      '/auth/session.json',
      '/auth/session%00',
      '/auth/session%0a.css',
      '/auth/Session',
      '/AUTH/session',
      '/auth/%73ession',
      '/auth%2fsession',
      '//auth/session',
      '/auth//session',
      '/x/../auth/session',
      '/auth/./session',
      '/auth/x/../session',
      '/auth\\session',
      '/auth/session~',
      '/auth/topup/',
      '/auth/login/',
      '/auth/callback/?code=x&state=y',
    ];
    site.mock.clearRequests();
    for (const path of lookalikes) {
      const answer = await browser.fetch(path);
      expect([path, answer.status]).toEqual([path, 404]);
      expect(answer.text).not.toMatch(/ada@example|authenticated/);
      expect(answer.setCookies).toEqual([]);
    }
    expect(site.mock.requests).toEqual([]);
  },
  'no spelling of logout but its own logs out': async (site) => {
    const browser = await loggedIn(site);
    for (const path of [
      '/auth/Logout',
      '/auth/LOGOUT',
      '//auth/logout',
      '/auth//logout',
      '/auth/logout/',
      '/auth/./logout',
      '/x/../auth/logout',
      '/auth/logout%2f',
      '/auth/logout;x',
      '/auth/%6cogout',
      '/Auth/logout',
      '/auth/logout.css',
    ]) {
      const answer = await browser.post(path);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await browser.session()).authenticated).toBe(true);
  },
};

conformance('cross-site', cases);

const TRUSTED = 'https://app.example.com';
const trusted: Cases = {
  'a trusted origin may call the JSON routes and logout': async (site) => {
    const browser = await loggedIn(site);
    for (const value of FOREIGN) {
      for (const route of JSON_ROUTES) {
        const answer = await browser.fetch(`/auth/${route}`, { 'sec-fetch-site': value, origin: TRUSTED });
        expect([route, answer.status]).toEqual([route, 200]);
        expect(answer.headerText).not.toMatch(/access-control/i);
      }
      expect(await logsOut(site, { 'sec-fetch-site': value, origin: TRUSTED })).toBe('204 over');
    }
    expect(await logsOut(site, { origin: TRUSTED })).toBe('204 over');
  },
  'an origin that only resembles a trusted one may not': async (site) => {
    const browser = await loggedIn(site);
    for (const origin of [
      'http://app.example.com',
      'https://app.example.com:8443',
      'https://x.app.example.com',
      'https://app.example.com.evil.example',
      'null',
      'https://example.com',
      'https://evil.example',
    ]) {
      const answer = await browser.fetch('/auth/session', { 'sec-fetch-site': 'same-site', origin });
      expect([origin, answer.status]).toEqual([origin, 403]);
      expect(await logsOut(site, { 'sec-fetch-site': 'same-site', origin })).toBe('403 alive');
      expect(await logsOut(site, { origin })).toBe('403 alive');
    }
  },
};
conformance('cross-site with trusted origins', trusted, { options: { trustedOrigins: [TRUSTED] } });

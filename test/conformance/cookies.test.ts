import { expect } from 'vitest';
import { beginLogin, FETCH, loggedIn, login } from './browser.js';
import { type Answer, isDeletion, type SetCookie } from './client.js';
import { type Cases, conformance, type Site } from './site.js';

function sessionCookieOf(site: Site, answer: Answer): SetCookie {
  const found = answer.setCookies.filter(({ name }) => name === site.sessionCookie);
  expect(found.length).toBe(1);
  return found[0] as SetCookie;
}

/** The flags that every cookie of ours has, whether it is set or deleted. */
function expectFlags(site: Site, { attributes, name }: SetCookie): void {
  const secure = site.origin.startsWith('https:');
  expect(attributes).toHaveProperty('httponly');
  expect(attributes.samesite?.toLowerCase()).toBe('lax');
  expect(attributes.path).toBe('/');
  expect(attributes).not.toHaveProperty('domain');
  expect('secure' in attributes).toBe(secure);
  expect(name.startsWith('__Host-')).toBe(secure);
}

const cases: Cases = {
  'the session cookie has its name, its flags and the lifetime of the session': async (site) => {
    const cookie = sessionCookieOf(site, await login(site.browser()));
    expectFlags(site, cookie);
    expect(cookie.attributes['max-age']).toBe('2592000');
  },
  'the login cookie has the same flags and lives ten minutes': async (site) => {
    const answer = await site.browser().visit('/auth/login');
    expect(answer.setCookies.length).toBe(1);
    const [cookie] = answer.setCookies as [SetCookie];
    expectFlags(site, cookie);
    expect(cookie.attributes['max-age']).toBe('600');
  },
  'the login cookie shows nothing of what it holds': async (site) => {
    const answer = await site.browser().visit('/auth/login?returnTo=/canary-return');
    const state = new URL(answer.location).searchParams.get('state') ?? '';
    const [cookie] = answer.setCookies as [SetCookie];
    for (const text of [cookie.line, decodeURIComponent(cookie.line)]) {
      for (const secret of ['canary', state]) expect(text.split(';')[0]?.split('=')[1]).not.toContain(secret);
    }
    for (const part of cookie.value.split(/[.~:]/)) {
      expect(Buffer.from(part, 'base64url').toString('latin1')).not.toContain('canary');
      expect(Buffer.from(part, 'base64').toString('latin1')).not.toContain(state);
    }
  },
  'two login cookies for the same input differ': async (site) => {
    const [one, two] = [await site.browser().visit('/auth/login'), await site.browser().visit('/auth/login')];
    expect(one.setCookies[0]?.value).not.toBe(two.setCookies[0]?.value);
  },
  'a finished login deletes its cookie with the attributes it was set with': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const [inFlight] = await browser.loginCookies();
    const deleted = (await browser.visit(back)).setCookies.filter(({ name }) => name === inFlight?.key);
    expect(deleted.length).toBe(1);
    for (const cookie of deleted) {
      expect(isDeletion(cookie)).toBe(true);
      expectFlags(site, cookie);
    }
  },
  'logout deletes the session cookie and every login cookie with the attributes they were set with': async (
    site,
  ) => {
    const browser = await loggedIn(site);
    await beginLogin(browser);
    await beginLogin(browser);
    expect((await browser.loginCookies()).length).toBe(2);
    const answer = await browser.post('/auth/logout', { origin: site.origin });
    const ours = answer.setCookies.filter(({ name }) => name.startsWith(site.sessionCookie));
    expect(ours.length).toBe(3);
    for (const cookie of ours) {
      expect(isDeletion(cookie)).toBe(true);
      expectFlags(site, cookie);
    }
    expect([await browser.sessionId(), await browser.loginCookies()]).toEqual([undefined, []]);
  },
  'one answer never sets the same cookie twice': async (site) => {
    const browser = await loggedIn(site);
    for (const answer of [await login(browser), await browser.post('/auth/logout')]) {
      const names = answer.setCookies.map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
  },
  'nothing but the session cookie is in the browser after a login': async (site) => {
    const browser = await loggedIn(site);
    await browser.fetch('/auth/userinfo');
    await browser.fetch('/private');
    expect((await browser.cookies()).map(({ key }) => key)).toEqual([site.sessionCookie]);
  },
  'the session cookie given twice in one header counts as absent, whatever the order': async (site) => {
    const id = await (await loggedIn(site)).sessionId();
    const name = site.sessionCookie;
    const headers = [
      `${name}=${id}; ${name}=x`,
      `${name}=x; ${name}=${id}`,
      `${name}=${id}; ${name}=${id}`,
      `${name}=; ${name}=${id}`,
    ];
    for (const cookie of headers) {
      const answer = await site.ask('/auth/session', { headers: { cookie } });
      expect([cookie, answer.json()]).toEqual([cookie, { authenticated: false }]);
      expect((await site.ask('/private', { headers: { cookie } })).status).toBe(401);
    }
    const twoLines = await site.ask('/auth/session', { headers: { cookie: [`${name}=${id}`, `${name}=x`] } });
    expect(twoLines.json()).toEqual({ authenticated: false });
  },
  'a login cookie given twice counts as absent': async (site) => {
    const browser = site.browser();
    const back = await beginLogin(browser);
    const cookie = await browser.cookieHeader();
    const answer = await site.ask(back, { headers: { ...FETCH, cookie: `${cookie}; ${cookie}` } });
    expect([answer.status, answer.code]).toEqual([403, 'invalid_state']);
    expect(site.mock.count('token')).toBe(0);
  },
  'a name that only looks like the session cookie is another name': async (site) => {
    const id = await (await loggedIn(site)).sessionId();
    const name = site.sessionCookie;
    const looks = [
      `\xa0${name}`,
      `\xe2\x80\x80${name}`,
      `%A0${name}`,
      name.toUpperCase(),
      `${name}\xa0`,
      `"${name}"`,
      `${name}x`,
      `x${name}`,
      `$${name}`,
      encodeURIComponent(`\u00a0${name}`),
      `\xef\xbb\xbf${name}`,
    ];
    for (const look of looks) {
      const answer = await site.ask('/auth/session', { headers: { cookie: `${look}=${id}` } });
      expect([look, answer.status, answer.text]).toEqual([look, 200, '{"authenticated":false}']);
    }
  },
  'a look-alike beside the real cookie changes nothing': async (site) => {
    const id = await (await loggedIn(site)).sessionId();
    const name = site.sessionCookie;
    for (const noise of [
      `\xa0${name}=x`,
      `%A0${name}=x`,
      '=nameless',
      'novalue',
      '=',
      ';;;',
      'a=%',
      'a="',
      `b=${'y'.repeat(8000)}`,
      '__proto__=x',
      'constructor=y',
    ]) {
      for (const cookie of [`${noise}; ${name}=${id}`, `${name}=${id}; ${noise}`]) {
        const answer = await site.ask('/auth/session', { headers: { cookie } });
        expect([cookie, answer.json().authenticated]).toEqual([cookie, true]);
      }
    }
  },
  'cookies without sense are never a 500, on any route': async (site) => {
    const odd = [
      '=',
      ';',
      '==;==',
      'a',
      `${site.sessionCookie}`,
      `${site.sessionCookie}=%`,
      `${site.sessionCookie}=%E0%A4%A`,
      `${site.sessionCookie}="`,
      `=${site.sessionCookie}`,
      'a=\xff\xfe',
      `x=${'z'.repeat(8000)}`,
      ' ',
      `${site.sessionCookie}=j:{"a":1}`,
      `${site.sessionCookie}=s:abc.def`,
    ];
    for (const cookie of odd) {
      for (const path of [
        '/auth/session',
        '/auth/login',
        '/auth/callback?code=x&state=y',
        '/auth/balance',
        '/private',
      ]) {
        const answer = await site.ask(path, { headers: { cookie, accept: 'application/json' } });
        expect([cookie, path, answer.status < 500]).toEqual([cookie, path, true]);
      }
    }
  },
};

conformance('cookies over http on loopback', cases);
conformance('cookies over https', cases, { origin: 'https://app.example.com' });

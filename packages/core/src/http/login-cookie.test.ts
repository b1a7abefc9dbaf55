import { describe, expect, onTestFinished, test } from 'vitest';
import { resolveOptions } from '../config.js';
import { createCookieWriter } from '../session/cookies.js';
import { createSealer } from '../session/sealing.js';
import { createLoginCookies, type LoginTransaction } from './login-cookie.js';

const MINUTE = 60_000;
const options = {
  clientId: 'client_1',
  clientSecret: 'secret_1',
  redirectUri: 'https://app.example.com/auth/callback',
  sessionSecret: 'a secret of more than 32 characters',
};
const clock = { now: Date.UTC(2026, 0, 1) };

function cookiesFor(change: Partial<typeof options> & { baseUrl?: string; name?: string } = {}) {
  const config = resolveOptions({ ...options, ...change });
  return createLoginCookies(
    config,
    createSealer([config.sessionSecrets[0].reveal()]),
    createCookieWriter(true),
    () => clock.now,
  );
}

function login(state: string, returnTo = '/'): LoginTransaction {
  return { state, verifier: 'v'.repeat(43), returnTo, popupOrigin: undefined, begunAt: clock.now };
}

/** A browser's jar, as simple as it can be: what an answer sets and deletes. */
function apply(jar: Map<string, string>, headers: readonly (readonly [string, string])[]): void {
  for (const [, cookie] of headers) {
    const [pair = '', ...attributes] = cookie.split('; ');
    const [name = '', value = ''] = pair.split(/=(.*)/s);
    if (attributes.includes('Max-Age=0')) jar.delete(name);
    else jar.set(name, value);
  }
}

const headerOf = (jar: Map<string, string>) => [...jar].map(([name, value]) => `${name}=${value}`).join('; ');

test('a login is found by its state, with everything that was kept', () => {
  const cookies = cookiesFor();
  const jar = new Map<string, string>();
  apply(jar, cookies.add(undefined, { ...login('s1', '/a?b'), popupOrigin: 'https://app.example.com' }));
  expect(cookies.find(headerOf(jar), 's1')).toEqual({
    ...login('s1', '/a?b'),
    popupOrigin: 'https://app.example.com',
  });
});

test('neither state, verifier nor returnTo can be read off the cookie', () => {
  const [[, cookie] = ['', '']] = cookiesFor().add(undefined, login('readable-state', '/readable-path'));
  const bytes = Buffer.from(cookie.split(/[=;]/)[1] ?? '', 'base64url').toString('latin1');
  for (const text of [cookie, bytes]) expect(text).not.toMatch(/readable|vvvv/);
});

test('five logins in parallel are all found, in any order', () => {
  const cookies = cookiesFor();
  const jar = new Map<string, string>();
  for (const state of ['a', 'b', 'c', 'd', 'e']) apply(jar, cookies.add(headerOf(jar), login(state)));
  for (const state of ['c', 'e', 'a', 'd', 'b']) {
    expect(cookies.find(headerOf(jar), state)).toMatchObject({ state });
    apply(jar, cookies.clear(state));
  }
  expect(jar.size).toBe(0);
});

test('of 200 logins the five latest stay', () => {
  const cookies = cookiesFor();
  const jar = new Map<string, string>();
  for (let count = 1; count <= 200; count += 1) {
    clock.now += 1;
    apply(jar, cookies.add(headerOf(jar), login(`s${count}`)));
  }
  expect(jar.size).toBe(5);
  for (const state of ['s200', 's199', 's198', 's197', 's196']) {
    expect(cookies.find(headerOf(jar), state)).toMatchObject({ state });
  }
  expect(cookies.find(headerOf(jar), 's195')).toBe('other_login');
});

test('of logins begun in the same millisecond the latest stay too', () => {
  const cookies = cookiesFor();
  const jar = new Map<string, string>();
  for (let count = 1; count <= 9; count += 1) apply(jar, cookies.add(headerOf(jar), login(`s${count}`)));
  const states = Array.from({ length: 9 }, (_, at) => `s${at + 1}`);
  const found = states.filter((state) => typeof cookies.find(headerOf(jar), state) === 'object');
  expect(found).toEqual(['s5', 's6', 's7', 's8', 's9']);
});

test('logins with a long returnTo make room before 6 kB are full', () => {
  const cookies = cookiesFor();
  const jar = new Map<string, string>();
  for (let count = 1; count <= 10; count += 1) {
    clock.now += 1;
    apply(jar, cookies.add(headerOf(jar), login(`s${count}`, `/${'x'.repeat(2_000)}`)));
    expect(headerOf(jar).length).toBeLessThan(6_144);
  }
  expect(cookies.find(headerOf(jar), 's10')).toMatchObject({ state: 's10' });
  for (const value of jar.values()) expect(value.length).toBeLessThan(3_900);
});

test('junk under our names is deleted, but never more than 20 of it at once', () => {
  const junk = Array.from({ length: 300 }, (_, at) => `__Host-aihubmix-login-${at}=x`).join('; ');
  expect(cookiesFor().add(junk, login('s')).length).toBe(21);
});

describe('there is no login', () => {
  const jar = new Map<string, string>();
  apply(jar, cookiesFor().add(undefined, login('mine')));
  const header = headerOf(jar);

  test('without its cookie', () => {
    expect(cookiesFor().find(undefined, 'mine')).toBe('cookie_missing');
    expect(cookiesFor().find('other=1', 'mine')).toBe('cookie_missing');
  });

  test.each(['', 'other', '\0', '__proto__', 'constructor', 'é', 'x'.repeat(10_000)])(
    'of state %j',
    (state) => {
      expect(cookiesFor().find(header, state)).toBe('other_login');
    },
  );

  test('after ten minutes, by the clock of the server', () => {
    const login = cookiesFor().find(header, 'mine');
    const begunAt = typeof login === 'object' ? login.begunAt : Number.NaN;
    onTestFinished(() => {
      clock.now = begunAt;
    });
    clock.now = begunAt + 10 * MINUTE;
    expect(cookiesFor().find(header, 'mine')).toMatchObject({ state: 'mine' });
    clock.now += 1;
    expect(cookiesFor().find(header, 'mine')).toBe('expired');
  });

  test.each<[string, Parameters<typeof cookiesFor>[0]]>([
    ['client', { clientId: 'client_2' }],
    ['redirect URI', { redirectUri: 'https://app.example.com/other/callback' }],
    ['provider', { baseUrl: 'https://other.example' }],
    ['secret', { sessionSecret: 'another secret of over 32 characters' }],
  ])('in the cookie of another %s', (_name, change) => {
    expect(cookiesFor(change).find(header, 'mine')).toBe('unreadable');
  });

  test('in the cookie of another state under this name', () => {
    const other = new Map<string, string>();
    apply(other, cookiesFor().add(undefined, login('theirs')));
    const [name] = jar.keys();
    const [value] = other.values();
    expect(cookiesFor().find(`${name}=${value}`, 'mine')).toBe('unreadable');
  });

  test('when its cookie comes twice', () => {
    expect(cookiesFor().find(`${header}; ${header}`, 'mine')).toBe('other_login');
  });
});

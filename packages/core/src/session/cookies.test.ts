import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cookiesWithPrefix, cookieValue, createCookieWriter } from './cookies.js';

describe('cookieValue', () => {
  test.each([
    ['alone', 'sid=1', '1'],
    ['first', 'sid=1; a=2', '1'],
    ['last', 'a=2; sid=1', '1'],
    ['without a space', 'a=2;sid=1', '1'],
    ['beside names that end alike', 'xsid=2; sid=1; sidx=3', '1'],
    ['beside a value that looks like it', 'a=sid=2; sid=1', '1'],
    ['empty', 'sid=; a=1', ''],
    ['with an equals sign in it', 'sid=a=b', 'a=b'],
  ])('finds a cookie %s', (_name, header, value) => {
    expect(cookieValue(header, 'sid')).toBe(value);
  });

  test.each([
    ['absent', 'a=1'],
    ['no header', undefined],
    ['there twice', 'sid=1; sid=2'],
    ['there twice with the same value', 'sid=1; a=2; sid=1'],
    ['in another case', 'SID=1'],
    ['behind a no-break space', '\u00a0sid=1'],
    ['behind an encoded one', '%A0sid=1'],
    ['behind U+2000', '\u2000sid=1'],
    ['nameless', '=sid'],
    ['only in a value', 'a=sid'],
    ['behind a tab', '\tsid=1'],
  ])('does not find one that is %s', (_name, header) => {
    expect(cookieValue(header, 'sid')).toBeUndefined();
  });

  test('agrees with splitting by the book', () => {
    const pair = fc.constantFrom('sid=1', 'sid=2', 'sid', '=sid', 'a=sid=1', 'xsid=1', ' sid=3', '');
    fc.assert(
      fc.property(fc.array(pair), (pairs) => {
        const named = pairs.map((text) => text.trim()).filter((text) => text.startsWith('sid='));
        const expected = named.length === 1 ? named[0]?.slice(4) : undefined;
        expect(cookieValue(pairs.join('; '), 'sid')).toBe(expected);
      }),
    );
  });
});

test('cookiesWithPrefix lists names and values, nothing nameless', () => {
  expect(cookiesWithPrefix('login-a=1; other=2;login-b=3=4; login-c', 'login-')).toEqual([
    ['login-a', '1'],
    ['login-b', '3=4'],
  ]);
});

describe('cookies that we set', () => {
  test('over HTTPS are Secure and carry __Host-', () => {
    const writer = createCookieWriter(true);
    expect(writer.set(writer.name('aihubmix'), 'v', 60)).toBe(
      '__Host-aihubmix=v; Max-Age=60; Path=/; HttpOnly; Secure; SameSite=Lax',
    );
  });

  test('on loopback HTTP have a plain name', () => {
    const writer = createCookieWriter(false);
    expect(writer.set(writer.name('aihubmix'), 'v', 60)).toBe(
      'aihubmix=v; Max-Age=60; Path=/; HttpOnly; SameSite=Lax',
    );
  });

  test('are deleted with the attributes that they were set with', () => {
    const writer = createCookieWriter(true);
    expect(writer.clear('__Host-aihubmix')).toMatch(
      /^__Host-aihubmix=; Max-Age=0; Path=\/; .*HttpOnly; Secure; SameSite=Lax$/,
    );
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type ReturnToRules, safeReturnTo } from './return-to.js';

const rules: ReturnToRules = {
  origin: 'https://app.example.com',
  trustedOrigins: new Set(['https://front.example.com']),
  forbiddenPaths: new Set(['/auth/login', '/auth/callback', '/auth/logout']),
};

describe('accepted as they are, without their fragment', () => {
  test.each([
    ['/', '/'],
    ['/a/b?c=d&e=%20f', '/a/b?c=d&e=%20f'],
    ['/a#part', '/a'],
    ['/?next=//evil.example', '/?next=//evil.example'],
    ['/a?x=%2f%5c', '/a?x=%2f%5c'],
    ['/@evil.example', '/@evil.example'],
    ['https://app.example.com/a?b', '/a?b'],
    ['https://app.example.com', '/'],
    ['https://front.example.com/a?b#c', 'https://front.example.com/a?b'],
    ['/auth/session', '/auth/session'],
  ])('%s', (value, location) => {
    expect(safeReturnTo(value, rules)).toBe(location);
  });
});

describe('refused', () => {
  test.each([
    ['nothing', ''],
    ['another host', '//evil.example'],
    ['another host behind a backslash', '/\\evil.example'],
    ['a backslash further on', '/a\\b'],
    ['three slashes', '///evil.example'],
    ['a tab', '/\t/evil.example'],
    ['a newline', '/\n/evil.example'],
    ['CRLF', '/a\r\nset-cookie: x=1'],
    ['NUL', '/a\0'],
    ['a space', '/a b'],
    ['non-ASCII', '/ä'],
    ['a fullwidth slash', '/\uff0fevil.example'],
    ['a lone surrogate', '/\ud800'],
    ['an encoded slash', '/%2fevil.example'],
    ['an encoded backslash', '/a/%5Cevil.example'],
    ['two slashes inside', '/a//b'],
    ['dots that vanish', '/.//evil.example'],
    ['encoded dots that vanish', '/%2e%2e//evil.example'],
    ['dots that climb', '/a/..//evil.example'],
    ['a relative path', 'a/b'],
    ['a scheme without slashes', 'https:evil.example'],
    ['a scheme with one slash', 'https:/evil.example'],
    ['a scheme with three slashes', 'https:///evil.example'],
    ['javascript', 'javascript:alert(1)'],
    ['data', 'data:text/html,x'],
    ['blob', 'blob:https://app.example.com/x'],
    ['another origin', 'https://evil.example/'],
    ['our name as a prefix', 'https://app.example.com.evil.example/'],
    ['our name as user', 'https://app.example.com@evil.example/'],
    ['a user on our host', 'https://user@app.example.com/'],
    ['an empty user on our host', 'https://@app.example.com/'],
    ['another port', 'https://app.example.com:8443/'],
    ['another scheme on our host', 'http://app.example.com/'],
    ['the login itself', '/auth/login?returnTo=/'],
    ['the login by dots', '/auth/x/../login'],
    ['the callback', 'https://app.example.com/auth/callback'],
    ['8 kB', `/${'a'.repeat(8192)}`],
    ['a list', ['/a']],
    ['an object', { a: '/a' }],
    ['a number', 1],
    ['undefined', undefined],
  ])('%s', (_name, value) => {
    expect(safeReturnTo(value, rules)).toBeUndefined();
  });
});

test('whatever is emitted ends on our origin or a trusted one, in printable ASCII', () => {
  const piece = fc.constantFrom(
    '/',
    '\\',
    '//',
    '.',
    '..',
    '%2f',
    '%5c',
    '%2e',
    '@',
    ':',
    '#',
    '?',
    'a',
    'evil.example',
    'https:',
    '\t',
    '\n',
    ' ',
    'é',
    'https://app.example.com',
    'https://front.example.com',
  );
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
      (value) => {
        const location = safeReturnTo(value, rules);
        if (location === undefined) return;
        expect(location).toMatch(/^[\x21-\x7e]+$/);
        const { origin } = new URL(location, 'https://app.example.com/auth/callback');
        expect([rules.origin, ...rules.trustedOrigins]).toContain(origin);
      },
    ),
    { numRuns: 5000 },
  );
});

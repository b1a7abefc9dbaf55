import { describe, expect, test } from 'vitest';
import { parseTokens } from './tokens.js';

const documented = {
  access_token: 'eyJhbGciOi.J9',
  token_type: 'Bearer',
  expires_in: 7200,
  refresh_token: 'refresh_abc',
  scope: 'profile balance',
};

test('the documented answer is read', () => {
  const tokens = parseTokens(documented);
  expect(tokens.access.reveal()).toBe('eyJhbGciOi.J9');
  expect(tokens.refresh?.reveal()).toBe('refresh_abc');
  expect(tokens).toMatchObject({ lifetime: 7200, scope: 'profile balance' });
});

describe('expires_in', () => {
  test.each([
    [3600, 3600],
    ['3600', 3600],
    [1, 1],
    [0, 7200],
    [-1, 7200],
    ['soon', 7200],
    [undefined, 7200],
    [null, 7200],
    [{}, 7200],
    [1e12, 86_400],
    [7_200_000, 86_400],
  ])('%j is %d seconds', (expires_in, seconds) => {
    expect(parseTokens({ ...documented, expires_in }).lifetime).toBe(seconds);
  });
});

describe('what is no usable bearer token is provider_error', () => {
  test.each<[string, unknown]>([
    ['no access token', { access_token: undefined }],
    ['an empty one', { access_token: '' }],
    ['one with CR and LF', { access_token: 'a\r\nx: y' }],
    ['one with a space', { access_token: 'a b' }],
    ['one that is not ASCII', { access_token: 'é' }],
    ['one that is an object', { access_token: {} }],
    ['one of 1 MB', { access_token: 'a'.repeat(1_000_000) }],
    ['another token type', { token_type: 'DPoP' }],
    ['no token type', { token_type: undefined }],
    ['a refresh token that is an object', { refresh_token: {} }],
    ['a refresh token with a newline', { refresh_token: 'a\nb' }],
    ['a scope that is a list', { scope: ['profile'] }],
  ])('%s', (_name, change) => {
    expect(() => parseTokens({ ...documented, ...(change as object) })).toThrow(
      expect.objectContaining({ code: 'provider_error' }),
    );
  });

  test.each([[null], [[]], ['x'], [{ success: false, message: 'x' }], [{ error: { message: 'x' } }]])(
    '%j',
    (answer) => {
      expect(() => parseTokens(answer)).toThrow(expect.objectContaining({ code: 'provider_error' }));
    },
  );
});

test('a refresh token that is null or empty is none', () => {
  expect(parseTokens({ ...documented, refresh_token: null }).refresh).toBeUndefined();
  expect(parseTokens({ ...documented, refresh_token: '' }).refresh).toBeUndefined();
});

test('the token type is compared without case', () => {
  expect(parseTokens({ ...documented, token_type: 'bearer' }).access.reveal()).toBe('eyJhbGciOi.J9');
});

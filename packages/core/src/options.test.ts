import { describe, expect, test } from 'vitest';
import { resolveOptions } from './config.js';
import { ConfigurationError } from './errors.js';
import type { AihubmixOptions } from './options.js';

const good: AihubmixOptions = {
  clientId: 'client_1',
  clientSecret: 'secret_1',
  redirectUri: 'https://app.example.com/auth/callback',
  sessionSecret: 'a secret of more than 32 characters',
};

function mistakesIn(options: Record<string, unknown>): readonly string[] {
  try {
    resolveOptions({ ...good, ...options } as AihubmixOptions);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
}

describe('options that work', () => {
  test.each<[string, Record<string, unknown>]>([
    ['the four that are needed', {}],
    ['plain HTTP on localhost', { redirectUri: 'http://localhost:3000/auth/callback' }],
    ['plain HTTP on 127.0.0.1', { redirectUri: 'http://127.0.0.1:3000/cb' }],
    ['plain HTTP on [::1]', { redirectUri: 'http://[::1]:3000/cb' }],
    ['a redirect URI with a query', { redirectUri: 'https://app.example.com/cb?tenant=1' }],
    ['a rotating list of secrets', { sessionSecret: ['x'.repeat(32), 'y'.repeat(40)] }],
    ['several hosts', { baseUrl: ['https://api.aihubmix.com', 'https://aihubmix.com'] }],
    ['renamed and disabled routes', { routes: { login: '/sign-in', topup: false } }],
    ['the root as base path', { basePath: '/' }],
    ['an option that is undefined', { issuer: undefined }],
  ])('%s', (_name, options) => {
    expect(mistakesIn(options)).toEqual([]);
  });

  test('the callback is where the redirect URI points, unless a route says otherwise', () => {
    const redirectUri = 'https://app.example.com/oauth/cb';
    expect(resolveOptions({ ...good, redirectUri }).paths.callback).toBe('/oauth/cb');
    expect(resolveOptions({ ...good, redirectUri, routes: { callback: '/back' } }).paths.callback).toBe(
      '/auth/back',
    );
  });

  test('the routes are where the documentation says, but for those that are renamed or turned off', () => {
    expect(resolveOptions({ ...good, basePath: '/a', routes: { login: '/in', topup: false } }).paths).toEqual(
      {
        login: '/a/in',
        callback: '/auth/callback',
        session: '/a/session',
        userinfo: '/a/userinfo',
        balance: '/a/balance',
        logout: '/a/logout',
        browser: '/a/browser.js',
      },
    );
  });

  test('defaults are those of the documentation', () => {
    expect(resolveOptions(good)).toMatchObject({
      scope: 'profile balance',
      autoAuthorize: true,
      pkce: true,
      hosts: ['https://api.aihubmix.com'],
      basePath: '/auth',
      sessionMaxAge: 2_592_000,
      timeout: 10_000,
      storeTimeout: 2_000,
      secure: true,
      origin: 'https://app.example.com',
    });
  });
});

describe('every mistake is one sentence that names the option and says what to do', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    ['no client id', { clientId: undefined }, /^clientId must be the client id/],
    ['an empty client secret', { clientSecret: '' }, /^clientSecret must be the client secret/],
    ['a relative redirect URI', { redirectUri: '/auth/callback' }, /^redirectUri must be an absolute URL/],
    [
      'a redirect URI without HTTPS',
      { redirectUri: 'http://app.example.com/cb' },
      /^redirectUri must use https/,
    ],
    [
      'a redirect URI with a fragment',
      { redirectUri: 'https://a.example/cb#x' },
      /^redirectUri must not have a fragment/,
    ],
    [
      'a redirect URI that is the page',
      { redirectUri: 'https://a.example/' },
      /^redirectUri must have a path of its own/,
    ],
    [
      'a redirect URI without a path',
      { redirectUri: 'https://a.example' },
      /^redirectUri must have a path of its own/,
    ],
    [
      'a redirect URI with a password',
      { redirectUri: 'https://u:p@a.example/cb' },
      /^redirectUri must not hold a user name/,
    ],
    ['another scheme', { redirectUri: 'ftp://a.example/cb' }, /^redirectUri must be an absolute URL/],
    ['no session secret', { sessionSecret: undefined }, /^sessionSecret must be at least 32 .* node -e /],
    ['a short session secret', { sessionSecret: 'short' }, /^sessionSecret must be at least 32 .* node -e /],
    [
      'a short secret in the list',
      { sessionSecret: ['x'.repeat(32), 'short'] },
      /^sessionSecret must be at least 32/,
    ],
    ['an empty list of secrets', { sessionSecret: [] }, /^sessionSecret must not be an empty list/],
    ['a base URL without HTTPS', { baseUrl: 'http://api.example.com' }, /^baseUrl must use https/],
    [
      'one bad host among several',
      { baseUrl: ['https://a.example', 'ftp://b'] },
      /^baseUrl must be an absolute URL/,
    ],
    ['a base path without slash', { basePath: 'auth' }, /^basePath must be a path that begins with one/],
    ['a base path with a query', { basePath: '/auth?x' }, /^basePath must be a plain path/],
    ['an unknown route', { routes: { signin: '/x' } }, /^routes must name routes only: login, callback/],
    ['a route that is no path', { routes: { login: 'x' } }, /^routes must/],
    [
      'a default that leads away',
      { defaultReturnTo: 'https://evil.example' },
      /^defaultReturnTo must be a path/,
    ],
    [
      'a default that logs in again',
      { defaultReturnTo: '/auth/login' },
      /^defaultReturnTo .* none of the login's own routes/,
    ],
    ['an error path that leads away', { errorPath: '//evil.example' }, /^errorPath must be a path/],
    [
      'a trusted origin with a path',
      { trustedOrigins: ['https://a.example/x'] },
      /^trustedOrigins must be an origin only/,
    ],
    ['a negative lifetime', { sessionMaxAge: -1 }, /^sessionMaxAge must be at least one of seconds/],
    ['a lifetime that browsers cut', { sessionMaxAge: 1e9 }, /^sessionMaxAge must be at most/],
    ['a timeout that is no number', { timeout: '10s' }, /^timeout must be a number of milliseconds/],
    ['a store that is none', { store: {} }, /^store must be a session store/],
    ['a fetch that is none', { fetch: 'x' }, /^fetch must be a function/],
    [
      'a misspelt option',
      { redirectURI: 'x' },
      /^redirectURI is not an option; did you mean "redirectUri"\?/,
    ],
    ['an invented option', { colour: 'x' }, /^colour is not an option; the options are clientId/],
    ['a name that no cookie can have', { name: 'a b' }, /^name must be 1 to 32/],
  ])('%s', (_name, options, sentence) => {
    const mistakes = mistakesIn(options);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toMatch(sentence);
  });

  test('all mistakes are told together', () => {
    expect(mistakesIn({ clientId: '', redirectUri: 'x', sessionSecret: '', scopes: 'x' })).toHaveLength(4);
  });

  test('no mistake repeats the value of a secret', () => {
    expect(mistakesIn({ clientSecret: 'canary secret', sessionSecret: 'canary' }).join()).not.toContain(
      'canary',
    );
  });
});

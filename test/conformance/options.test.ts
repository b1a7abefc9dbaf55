import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { beginLogin, loggedIn, login } from './browser.js';
import { type Cases, conformance, createApp, targets } from './site.js';

const good = {
  clientId: 'client_x',
  clientSecret: 'secret_x',
  redirectUri: 'https://app.example.com/auth/callback',
  sessionSecret: 'x'.repeat(32),
};

/** Options that cannot work, and what the sentence has to name. */
const MISTAKES: readonly (readonly [string, Record<string, unknown>, RegExp])[] = [
  ['no secret', { sessionSecret: undefined }, /sessionSecret/],
  ['a short secret', { sessionSecret: 'x'.repeat(31) }, /sessionSecret.*32/s],
  ['an empty list of secrets', { sessionSecret: [] }, /sessionSecret/],
  ['a short one among the secrets', { sessionSecret: ['x'.repeat(32), 'short'] }, /sessionSecret/],
  ['no client id', { clientId: '' }, /clientId/],
  ['no client secret', { clientSecret: undefined }, /clientSecret/],
  ['plain http away from loopback', { redirectUri: 'http://app.example.com/auth/callback' }, /redirectUri/],
  ['a relative redirect URI', { redirectUri: '/auth/callback' }, /redirectUri/],
  [
    'a redirect URI with userinfo',
    { redirectUri: 'https://a:b@app.example.com/auth/callback' },
    /redirectUri/,
  ],
  ['a redirect URI of another scheme', { redirectUri: 'app://auth/callback' }, /redirectUri/],
  ['a provider over plain http', { baseUrl: 'http://api.aihubmix.com' }, /baseUrl/],
  ['a provider with userinfo', { baseUrl: 'https://a:b@api.aihubmix.com' }, /baseUrl/],
  ['a provider of another scheme', { baseUrl: ['https://api.aihubmix.com', 'file:///x'] }, /baseUrl/],
  ['a default returnTo elsewhere', { defaultReturnTo: '//evil.example' }, /defaultReturnTo/],
  ['an error path elsewhere', { errorPath: 'https://evil.example' }, /errorPath/],
  ['a trusted origin with a path', { trustedOrigins: ['https://app.example.com/x'] }, /trustedOrigins/],
  ['a trusted origin that is a pattern', { trustedOrigins: ['*'] }, /trustedOrigins/],
  ['an unknown option', { clientSecrt: 'x' }, /clientSecrt/],
  ['a timeout that is no number', { timeout: Number.NaN }, /timeout/],
];

// An app that ends the process instead of rejecting is a failed row, and not the end of the suite.
beforeAll(() => {
  vi.spyOn(process, 'abort').mockImplementation(() => {
    throw new Error('process.abort() was called');
  });
});
afterAll(() => vi.restoreAllMocks());

describe.each(targets())('options: %s', (target) => {
  test.each(MISTAKES)('%s: the app refuses to start and names the option', async (_what, wrong, names) => {
    const started = createApp(target, { ...good, ...wrong } as never);
    await expect(started).rejects.toThrow(names);
  });
  test('the refusal over a secret says how to make one, and shows no secret', async () => {
    const error = await createApp(target, { ...good, sessionSecret: 'canary-too-short' }).catch(
      (caught) => caught,
    );
    expect(error.message).toMatch(/randomBytes|openssl|node -e/);
    expect(error.message).not.toMatch(/canary|secret_x/);
  });
  test('several mistakes are told at once', async () => {
    const error = await createApp(target, { ...good, clientId: '', timeout: -1 }).catch((caught) => caught);
    expect(error.message).toMatch(/clientId/);
    expect(error.message).toMatch(/timeout/);
  });
  test('the good options start', async () => {
    await (await createApp(target, good)).close();
  });
});

const renamed: Cases = {
  'a renamed route is at its new name only, a route turned off is the application’s': async (site) => {
    expect((await site.ask('/auth/sign-in')).status).toBe(302);
    for (const path of ['/auth/login', '/auth/topup'])
      expect([path, (await site.ask(path)).status]).toEqual([path, 404]);
    expect((await site.ask('/auth/sign-in', { method: 'POST' })).status).toBe(405);
    const guarded = await site.ask('/private', { headers: { accept: 'text/html' } });
    expect(guarded.location).toMatch(/^(http:\/\/[^/]+)?\/auth\/sign-in\?/);
  },
};
conformance('renamed routes', renamed, { options: { routes: { login: '/sign-in', topup: false } } });

const modest: Cases = {
  'without one-click login and PKCE neither is asked for, and the scope is the one of the option': async (
    site,
  ) => {
    const { searchParams } = new URL((await site.browser().visit('/auth/login')).location);
    expect(['false', null]).toContain(searchParams.get('auto_authorize'));
    expect(searchParams.get('code_challenge')).toBeNull();
    expect(searchParams.get('code_challenge_method')).toBeNull();
    expect(searchParams.get('scope')).toBe('profile');
    await loggedIn(site);
    expect(
      site.mock.requests.find(({ endpoint }) => endpoint === 'token')?.params.code_verifier,
    ).toBeUndefined();
  },
  'the session cookie lives as long as the session': async (site) => {
    const answer = await login(site.browser());
    const cookie = answer.setCookies.find(({ name }) => name === site.sessionCookie);
    expect(cookie?.attributes['max-age']).toBe('600');
  },
};
conformance('options of a login', modest, {
  options: { autoAuthorize: false, pkce: false, scope: 'profile', sessionMaxAge: 600 },
});

const denied: Cases = {
  'a user whom the application refuses is access_denied and not logged in; others are': async (site) => {
    site.mock.setUser(12345, { status: 2 });
    const browser = site.browser();
    const answer = await browser.fetch(await beginLogin(browser));
    expect([answer.status, answer.code]).toEqual([403, 'access_denied']);
    expect(await browser.session()).toEqual({ authenticated: false });
    expect((await login(site.browser())).location).toBe('/?error=access_denied');
    expect((await (await loggedIn(site, { userId: 67890 })).session()).authenticated).toBe(true);
  },
};
conformance('an option that refuses users', denied, {
  options: { allowLogin: ({ status }) => status === 1 },
});

const issuer: Cases = {
  'with an issuer configured a wrong, empty, missing or doubled iss is refused, and the right one is good':
    async (site) => {
      const right = 'iss=https%3A%2F%2Fissuer.example.com';
      for (const iss of [
        'iss=https%3A%2F%2Fevil.example',
        'iss=',
        '',
        `${right}&${right}`,
        `${right}/`,
        `${right}&iss=x`,
        `iss[]=x`,
      ]) {
        const browser = site.browser();
        const answer = await browser.fetch(`${await beginLogin(browser)}&${iss}`);
        expect([iss, answer.status >= 400 && answer.status < 503]).toEqual([iss, true]);
        expect(await browser.session()).toEqual({ authenticated: false });
      }
      expect(site.mock.count('token')).toBe(0);
      const browser = site.browser();
      expect((await browser.fetch(`${await beginLogin(browser)}&${right}`)).status).toBe(303);
      expect((await browser.session()).authenticated).toBe(true);
    },
};
conformance('an option that demands an issuer', issuer, {
  options: { issuer: 'https://issuer.example.com' },
});

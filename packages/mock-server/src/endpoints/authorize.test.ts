import { afterEach, describe, expect, it } from 'vitest';
import { createMockServer } from '../index.js';
import { type Harness, REDIRECT_URI, startHarness } from '../testing/harness.js';

let mock: Harness;
afterEach(() => mock.server.close());

const open = (url: string) => mock.fetch(url, { redirect: 'manual' });

describe('the authorization endpoint', () => {
  it('keeps the query of the redirect URI, and adds code and state', async () => {
    mock = await startHarness();
    const location = await mock.server.authorize(mock.authorizeUrl({ state: 'a b&c' }), 12345);
    expect(location.startsWith(`${REDIRECT_URI}&code=`)).toBe(true);
    expect(new URL(location).searchParams.get('state')).toBe('a b&c');
    expect(mock.server.count('authorize')).toBe(1);
  });

  it.each([
    ['an unknown client', { client_id: 'client_unknown' }, 'unknown client_id'],
    ['no client', { client_id: undefined }, 'unknown client_id'],
    ['another redirect URI', { redirect_uri: 'https://evil.example/' }, 'redirect_uri mismatch'],
    ['a longer redirect URI', { redirect_uri: `${REDIRECT_URI}x` }, 'redirect_uri mismatch'],
    ['other case', { redirect_uri: REDIRECT_URI.replace('app', 'APP') }, 'redirect_uri mismatch'],
    [
      'an equivalent redirect URI',
      { redirect_uri: REDIRECT_URI.replace('/auth', '/./auth') },
      'redirect_uri mismatch',
    ],
    ['no redirect URI', { redirect_uri: undefined }, 'redirect_uri mismatch'],
  ])('shows an error page, and redirects nowhere, for %s', async (_, changes, violation) => {
    mock = await startHarness();
    const response = await open(mock.authorizeUrl(changes));
    expect(response.status).toBe(400);
    expect(response.headers.get('content-type')).toMatch(/^text\/html/);
    expect(response.headers.get('location')).toBeNull();
    expect(mock.server.violations).toEqual([violation]);
    await expect(mock.server.authorize(mock.authorizeUrl(changes), 12345)).rejects.toThrow(Error);
  });

  it('shows an error page for a redirect URI given twice', async () => {
    mock = await startHarness();
    const response = await open(`${mock.authorizeUrl()}&redirect_uri=${encodeURIComponent(REDIRECT_URI)}`);
    expect([response.status, response.headers.get('location')]).toEqual([400, null]);
  });

  it.each([
    ['no response_type', { response_type: undefined }, 'invalid_request'],
    ['another response_type', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { scope: 'profile admin' }, 'invalid_scope'],
    ['a challenge that is plain by default', { code_challenge_method: undefined }, 'invalid_request'],
    ['a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a method without a challenge', { code_challenge: undefined }, 'invalid_request'],
    ['a malformed challenge', { code_challenge: 'x' }, 'invalid_request'],
    ['an auto_authorize that is neither true nor false', { auto_authorize: '1' }, 'invalid_request'],
  ])('tells the application about %s', async (_, changes, error) => {
    mock = await startHarness();
    const response = await open(mock.authorizeUrl(changes));
    const location = response.headers.get('location') ?? '';
    expect(response.status).toBe(302);
    expect(location.startsWith(`${REDIRECT_URI}&error=${error}&`)).toBe(true);
    expect(new URL(location).searchParams.get('state')).toBe('state-1');
    expect(await mock.server.authorize(mock.authorizeUrl(changes), 12345)).toBe(location);
  });

  it.each([undefined, ''])('wants a state (got %j)', async (state) => {
    mock = await startHarness();
    const location = (await open(mock.authorizeUrl({ state }))).headers.get('location') ?? '';
    expect(new URL(location).searchParams.get('error')).toBe('invalid_request');
    expect(new URL(location).searchParams.has('state')).toBe(false);
  });

  it('takes no parameter twice', async () => {
    mock = await startHarness();
    const location = (await open(`${mock.authorizeUrl()}&scope=profile`)).headers.get('location') ?? '';
    expect(new URL(location).searchParams.get('error')).toBe('invalid_request');
    expect(mock.server.violations).toEqual(['parameter given twice']);
  });

  it('ignores parameters it does not know', async () => {
    mock = await startHarness();
    const location = await mock.server.authorize(mock.authorizeUrl({ foo: 'bar' }), 12345);
    expect(new URL(location).searchParams.has('code')).toBe(true);
  });

  it('grants the profile when no scope is named', async () => {
    mock = await startHarness();
    expect((await mock.login({ scope: undefined })).scope).toBe('profile');
  });

  it('brings a refusal back as access_denied with the state', async () => {
    mock = await startHarness();
    const location = new URL(await mock.server.authorize(mock.authorizeUrl(), 12345, 'deny'));
    expect(location.searchParams.get('error')).toBe('access_denied');
    expect(location.searchParams.get('state')).toBe('state-1');
    expect(location.searchParams.has('code')).toBe(false);
  });

  it('does nothing on HEAD', async () => {
    mock = await startHarness();
    const response = await mock.fetch(mock.authorizeUrl(), { method: 'HEAD', redirect: 'manual' });
    expect(response.status).toBe(405);
  });

  it('refuses unknown users and other paths when asked without a browser', async () => {
    mock = await startHarness();
    await expect(mock.server.authorize(mock.authorizeUrl(), 1)).rejects.toThrow('no user 1');
    await expect(mock.server.authorize(`${mock.base}/authorize`, 12345)).rejects.toThrow('/authorize');
  });
});

describe('an application', () => {
  it.each(['/callback', 'http://app.example/cb', 'https://app.example/cb#x', 'javascript:alert(1)'])(
    'cannot register %s',
    async (uri) => {
      mock = await startHarness();
      expect(() => mock.server.addApp({ redirectUris: [uri] })).toThrow(TypeError);
    },
  );

  it('gets a generated id and secret', () => {
    const app = createMockServer().addApp({ redirectUris: ['http://127.0.0.1:3000/cb'] });
    expect(app).toMatchObject({
      clientId: expect.stringMatching(/^client_\w{24}$/),
      clientSecret: expect.stringMatching(/^secret_\w{48}$/),
    });
  });
});

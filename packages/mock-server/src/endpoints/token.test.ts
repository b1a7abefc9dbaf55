import { afterEach, describe, expect, it } from 'vitest';
import {
  errorOf,
  type Harness,
  parameters,
  REDIRECT_URI,
  startHarness,
  type TokenAnswer,
  TRANSPORTS,
  VERIFIER,
} from '../testing/harness.js';

let mock: Harness;
afterEach(() => mock.server.close());

const tokens = async (response: Response) => (await response.json()) as TokenAnswer;

describe.each(TRANSPORTS)('the token endpoint, %s', (transport) => {
  it('exchanges a code for tokens in the documented form, never to be stored', async () => {
    mock = await startHarness(transport);
    const response = await mock.exchange(await mock.code());
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toEqual({
      access_token: expect.stringMatching(/^eyJ[\w.-]+$/),
      token_type: 'Bearer',
      expires_in: 7200,
      refresh_token: expect.stringMatching(/^refresh_[\w-]{43}$/),
      scope: 'profile balance',
    });
    expect(mock.server.violations).toEqual([]);
  });

  it('rotates the refresh token, and leaves the old access token alone', async () => {
    mock = await startHarness(transport);
    const first = await mock.login();
    const second = await tokens(await mock.refresh(first.refresh_token));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect((await mock.userinfo(first.access_token)).status).toBe(200);
    expect((await mock.userinfo(second.access_token)).status).toBe(200);
    expect(mock.server.count('token', 'refresh_token')).toBe(1);
  });

  it('revokes the whole family when a refresh token is presented twice', async () => {
    mock = await startHarness(transport);
    const first = await mock.login();
    const second = await tokens(await mock.refresh(first.refresh_token));
    expect(await errorOf(await mock.refresh(first.refresh_token))).toEqual([400, 'invalid_grant']);
    expect(await errorOf(await mock.refresh(second.refresh_token))).toEqual([400, 'invalid_grant']);
    expect((await mock.userinfo(first.access_token)).status).toBe(401);
    expect((await mock.userinfo(second.access_token)).status).toBe(401);
    expect(mock.server.violations).toEqual(['refresh token presented twice']);
  });

  it('lets exactly one of many refreshes at once through', async () => {
    mock = await startHarness(transport);
    const { refresh_token } = await mock.login();
    const answers = await Promise.all(Array.from({ length: 5 }, () => mock.refresh(refresh_token)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });
});

describe('an authorization code', () => {
  it('revokes what it issued when it is presented twice', async () => {
    mock = await startHarness();
    const code = await mock.code();
    const { access_token, refresh_token } = await tokens(await mock.exchange(code));
    expect(await errorOf(await mock.exchange(code))).toEqual([400, 'invalid_grant']);
    expect((await mock.userinfo(access_token)).status).toBe(401);
    expect(await errorOf(await mock.refresh(refresh_token))).toEqual([400, 'invalid_grant']);
    expect(mock.server.violations).toEqual(['authorization code presented twice']);
  });

  it('works until its lifetime is over, and not a moment longer', async () => {
    let now = 1_700_000_000_000;
    mock = await startHarness('in process', { now: () => now, codeLifetime: 60 });
    const [early, late] = [await mock.code(), await mock.code()];
    now += 59_999;
    expect((await mock.exchange(early)).status).toBe(200);
    now += 1;
    expect(await errorOf(await mock.exchange(late))).toEqual([400, 'invalid_grant']);
  });

  it('is bound to its client', async () => {
    mock = await startHarness();
    const other = mock.server.addApp({ redirectUris: [REDIRECT_URI] });
    const code = await mock.code();
    const stolen = await mock.exchange(code, {
      client_id: other.clientId,
      client_secret: other.clientSecret,
    });
    expect(await errorOf(stolen)).toEqual([400, 'invalid_grant']);
    expect(mock.server.violations).toEqual(['authorization code presented by another client']);
    expect((await mock.exchange(code)).status).toBe(200);
  });

  it('is bound to its redirect URI, and spent by an attempt with another', async () => {
    mock = await startHarness();
    const code = await mock.code();
    const wrong = await mock.exchange(code, { redirect_uri: 'https://app.example/auth/callback' });
    expect(await errorOf(wrong)).toEqual([400, 'invalid_grant']);
    expect(mock.server.violations).toEqual(['redirect_uri mismatch']);
    expect(await errorOf(await mock.exchange(code))).toEqual([400, 'invalid_grant']);
  });

  it.each(['code', 'redirect_uri', 'grant_type'])('is not exchanged without %s', async (name) => {
    mock = await startHarness();
    for (const value of [undefined, '']) {
      const response = await mock.exchange(await mock.code(), { [name]: value });
      expect(await errorOf(response)).toEqual([400, 'invalid_request']);
    }
  });
});

describe('PKCE', () => {
  const none = { code_challenge: undefined, code_challenge_method: undefined };

  it.each([
    [
      'a wrong verifier',
      {},
      'w'.repeat(43),
      'invalid_grant',
      'code_verifier does not match the code_challenge',
    ],
    ['no verifier', {}, undefined, 'invalid_grant', 'code_verifier missing'],
    [
      'a verifier nobody asked for',
      none,
      VERIFIER,
      'invalid_grant',
      'code_verifier without a code_challenge',
    ],
    ['a short verifier', {}, 'v'.repeat(42), 'invalid_request', 'code_verifier malformed'],
    ['a long verifier', {}, 'v'.repeat(129), 'invalid_request', 'code_verifier malformed'],
    [
      'a verifier with other characters',
      {},
      `${'v'.repeat(43)}+`,
      'invalid_request',
      'code_verifier malformed',
    ],
  ])('refuses %s', async (_, changes, code_verifier, error, violation) => {
    mock = await startHarness();
    const response = await mock.exchange(await mock.code(changes), { code_verifier });
    expect(await errorOf(response)).toEqual([400, error]);
    expect(mock.server.violations).toEqual([violation]);
  });

  it('is not asked of a client that began without it', async () => {
    mock = await startHarness();
    const response = await mock.exchange(await mock.code(none), { code_verifier: undefined });
    expect(response.status).toBe(200);
  });
});

describe('a refresh token', () => {
  it('is bound to its client', async () => {
    mock = await startHarness();
    const other = mock.server.addApp({ redirectUris: [REDIRECT_URI] });
    const { refresh_token } = await mock.login();
    const client = { client_id: other.clientId, client_secret: other.clientSecret };
    expect(await errorOf(await mock.refresh(refresh_token, client))).toEqual([400, 'invalid_grant']);
    expect(mock.server.violations).toEqual(['refresh token presented by another client']);
    expect((await mock.refresh(refresh_token)).status).toBe(200);
  });

  it('expires after its lifetime', async () => {
    let now = 0;
    mock = await startHarness('in process', { now: () => now });
    const { refresh_token } = await mock.login();
    now += 2_592_000_000;
    expect(await errorOf(await mock.refresh(refresh_token))).toEqual([400, 'invalid_grant']);
  });

  it('dies with the grant that the user revokes, and no other', async () => {
    mock = await startHarness();
    const mine = await mock.login();
    const other = mock.server.issueTokens({ clientId: mock.app.clientId, userId: 67890 });
    mock.server.revoke(12345, mock.app.clientId);
    expect(await errorOf(await mock.refresh(mine.refresh_token))).toEqual([400, 'invalid_grant']);
    expect((await mock.userinfo(mine.access_token)).status).toBe(401);
    expect((await mock.refresh(other.refreshToken)).status).toBe(200);
    expect(mock.server.violations).toEqual([]);
  });

  it('stays when tokens do not rotate', async () => {
    mock = await startHarness('in process', { rotateRefreshTokens: false });
    const { refresh_token } = await mock.login();
    for (let round = 0; round < 2; round += 1) {
      expect(await (await mock.refresh(refresh_token)).json()).not.toHaveProperty('refresh_token');
    }
  });

  it('may ask for less scope, not for more', async () => {
    mock = await startHarness();
    const full = await mock.login();
    const less = await tokens(await mock.refresh(full.refresh_token, { scope: 'profile' }));
    expect(less.scope).toBe('profile');
    expect(await (await mock.userinfo(less.access_token)).json()).not.toHaveProperty('balance_formatted');
    expect((await tokens(await mock.refresh(less.refresh_token))).scope).toBe('profile balance');
    const small = await mock.login({ scope: 'profile' });
    const more = await mock.refresh(small.refresh_token, { scope: 'profile balance' });
    expect(await errorOf(more)).toEqual([400, 'invalid_scope']);
  });
});

describe('client authentication', () => {
  it.each([
    ['a wrong secret', { client_secret: 'secret_wrong' }, 'wrong client_secret'],
    ['no secret', { client_secret: undefined }, 'client_secret missing'],
    ['an unknown client', { client_id: 'client_unknown' }, 'unknown client_id'],
  ])('refuses %s', async (_, changes, violation) => {
    mock = await startHarness();
    const response = await mock.refresh('refresh_x', changes);
    expect(await errorOf(response)).toEqual([401, 'invalid_client']);
    expect(mock.server.violations).toEqual([violation]);
  });

  it('refuses credentials in the Authorization header', async () => {
    mock = await startHarness();
    const { clientId, clientSecret } = mock.app;
    const authorization = `Basic ${btoa(`${clientId}:${clientSecret}`)}`;
    const response = await mock.token({ grant_type: 'refresh_token' }, { headers: { authorization } });
    expect(response.headers.get('www-authenticate')).toMatch(/^Basic /);
    expect(await errorOf(response)).toEqual([401, 'invalid_client']);
    expect(mock.server.violations).toEqual(['client credentials in the Authorization header']);
  });

  it('refuses a secret in the query', async () => {
    mock = await startHarness();
    const url = `${mock.base}/api/oauth2/token?client_secret=${mock.app.clientSecret}`;
    const response = await mock.fetch(url, { method: 'POST', body: new URLSearchParams() });
    expect(await errorOf(response)).toEqual([400, 'invalid_request']);
    expect(mock.server.violations).toEqual(['token request parameters in the query']);
  });
});

describe('the form of a token request', () => {
  it('must not hold a parameter twice', async () => {
    mock = await startHarness();
    const body = new URLSearchParams([
      ['grant_type', 'refresh_token'],
      ['grant_type', 'refresh_token'],
    ]);
    expect(await errorOf(await mock.token({}, { body }))).toEqual([400, 'invalid_request']);
    expect(mock.server.violations).toEqual(['parameter given twice']);
  });

  it.each(['application/json', 'text/plain', 'multipart/form-data; boundary=x'])(
    'must not be %s',
    async (type) => {
      mock = await startHarness();
      const init = { headers: { 'content-type': type }, body: '{}' };
      expect(await errorOf(await mock.token({}, init))).toEqual([400, 'invalid_request']);
      expect(mock.server.violations).toEqual(['wrong content type']);
    },
  );

  it('must be a POST', async () => {
    mock = await startHarness();
    const response = await mock.fetch(`${mock.base}/api/oauth2/token`);
    expect(response.headers.get('allow')).toBe('POST');
    expect(response.status).toBe(405);
  });

  it('must name a grant there is', async () => {
    mock = await startHarness();
    const response = await mock.token({ grant_type: 'password' });
    expect(await errorOf(response)).toEqual([400, 'unsupported_grant_type']);
  });

  it('is recorded with its parameters, time and status', async () => {
    mock = await startHarness('in process', { now: () => 42 });
    await mock.refresh('refresh_x');
    expect(mock.server.requests).toMatchObject([
      {
        endpoint: 'token',
        method: 'POST',
        params: Object.fromEntries(
          parameters({
            grant_type: 'refresh_token',
            refresh_token: 'refresh_x',
            client_id: mock.app.clientId,
            client_secret: mock.app.clientSecret,
          }),
        ),
        headers: { 'content-type': expect.stringContaining('urlencoded') },
        time: 42,
        status: 400,
        fault: null,
      },
    ]);
  });
});

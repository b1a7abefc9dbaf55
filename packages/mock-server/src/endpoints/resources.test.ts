import { afterEach, describe, expect, it } from 'vitest';
import { createMockServer } from '../index.js';
import { errorOf, type Harness, startHarness, TRANSPORTS } from '../testing/harness.js';

let mock: Harness;
afterEach(() => mock.server.close());

const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
const issue = (scope?: string, userId = 12345) =>
  mock.server.issueTokens({ clientId: mock.app.clientId, userId, ...(scope === undefined ? {} : { scope }) });

describe.each(TRANSPORTS)('userinfo, %s', (transport) => {
  it('tells everything to a token with both scopes', async () => {
    mock = await startHarness(transport);
    expect(await (await mock.userinfo(issue().accessToken)).json()).toEqual({
      id: 12345,
      username: 'ada',
      email: 'ada@example.com',
      quota: 375_250_000,
      used_quota: 250_000,
      balance_formatted: '750.00',
      created_time: 1_640_995_200,
      status: 1,
    });
  });

  it('is 401 with a challenge for a token that is expired', async () => {
    mock = await startHarness(transport);
    const { accessToken } = issue();
    mock.server.expireAccessTokens(67890);
    expect((await mock.userinfo(accessToken)).status).toBe(200);
    mock.server.expireAccessTokens(12345);
    const response = await mock.userinfo(accessToken);
    expect(response.headers.get('www-authenticate')).toMatch(/^Bearer .*error="invalid_token"/);
    expect(await errorOf(response)).toEqual([401, 'invalid_token']);
  });
});

describe('userinfo', () => {
  it('holds back what the scopes do not cover', async () => {
    mock = await startHarness();
    const profile = await (await mock.userinfo(issue('profile').accessToken)).json();
    const balance = await (await mock.userinfo(issue('balance').accessToken)).json();
    expect(Object.keys(profile as object)).toEqual(['id', 'username', 'email', 'created_time', 'status']);
    expect(balance).toMatchObject({ balance_formatted: '750.00' });
    expect(balance).not.toHaveProperty('email');
  });

  it('shows the negative remainder of an unlimited account', async () => {
    mock = await startHarness();
    const user = await (await mock.userinfo(issue(undefined, 24680).accessToken)).json();
    expect(user).toMatchObject({ balance_formatted: '-0.000002', quota: -1, used_quota: 0 });
  });

  it('shows what was set', async () => {
    mock = await startHarness();
    mock.server.setBalance(12345, '0.1');
    mock.server.setUser(12345, { email: null, status: 2, createdTime: 1, usedQuota: 7 });
    expect(await (await mock.userinfo(issue().accessToken)).json()).toEqual({
      id: 12345,
      username: 'ada',
      email: '',
      quota: 50_007,
      used_quota: 7,
      balance_formatted: '0.10',
      created_time: 1,
      status: 2,
    });
  });

  it('ends with the lifetime of the access token', async () => {
    let now = 0;
    mock = await startHarness('in process', { now: () => now });
    const long = issue();
    const short = mock.server.issueTokens({ clientId: mock.app.clientId, userId: 12345, expiresIn: 10 });
    now = 10_000;
    expect((await mock.userinfo(short.accessToken)).status).toBe(401);
    expect((await mock.userinfo(long.accessToken)).status).toBe(200);
    now = 7_200_000;
    expect((await mock.userinfo(long.accessToken)).status).toBe(401);
  });

  it.each([undefined, 'Bearer', 'Bearer a b', 'Basic eA==', 'Bearer unknown'])(
    'refuses %j',
    async (authorization) => {
      mock = await startHarness();
      const headers = authorization === undefined ? {} : { authorization };
      const response = await mock.fetch(`${mock.base}/api/oauth2/userinfo`, { headers });
      expect(response.headers.get('www-authenticate')).toMatch(/^Bearer /);
      expect(await errorOf(response)).toEqual([401, 'invalid_token']);
    },
  );

  it('refuses a token in the query, even beside one in the header', async () => {
    mock = await startHarness();
    const { accessToken } = issue();
    const url = `${mock.base}/api/oauth2/userinfo?access_token=${accessToken}`;
    for (const init of [{}, bearer(accessToken)]) {
      expect(await errorOf(await mock.fetch(url, init))).toEqual([400, 'invalid_request']);
    }
    expect(mock.server.violations).toEqual(['access token in the query', 'access token in the query']);
  });

  it('refuses a refresh token', async () => {
    mock = await startHarness();
    expect((await mock.userinfo(issue().refreshToken)).status).toBe(401);
  });
});

describe('top-up', () => {
  it('points at the page on the port that was asked', async () => {
    mock = await startHarness('on a port');
    const response = await mock.fetch(`${mock.base}/api/oauth2/topup`, bearer(issue().accessToken));
    expect(await response.json()).toEqual({ topup_url: `${mock.server.url}/topup` });
  });

  it.each([
    ['https://api.aihubmix.com', 'https://api.aihubmix.com/topup'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/topup'],
    ['http://mock.example', 'https://mock.example/topup'],
  ])('never points at plain HTTP off this machine (asked as %s)', async (base, topup_url) => {
    mock = await startHarness();
    const response = await mock.fetch(`${base}/api/oauth2/topup`, bearer(issue().accessToken));
    expect(await response.json()).toEqual({ topup_url });
  });

  it('is 401 without a token', async () => {
    mock = await startHarness();
    expect((await mock.fetch(`${mock.base}/api/oauth2/topup`)).status).toBe(401);
  });
});

describe('registration', () => {
  const wish = { name: 'My app', description: 'Mine', redirect_uri: 'https://mine.example/cb' };
  const register = (body: unknown, token = 'developer-token', type = 'application/json') =>
    mock.fetch(`${mock.base}/api/oauth_apps`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': type },
      body: JSON.stringify(body),
    });

  it('answers an application that can log users in', async () => {
    mock = await startHarness('in process', { now: () => 1_640_995_200_000 });
    const answer = (await (await register(wish)).json()) as { data: { client_id: string } };
    expect(answer).toEqual({
      success: true,
      message: expect.any(String),
      data: {
        id: 2,
        name: 'My app',
        client_id: expect.stringMatching(/^client_/),
        client_secret: expect.stringMatching(/^secret_/),
        redirect_uri: 'https://mine.example/cb',
        created_time: 1_640_995_200,
      },
    });
    const changes = { client_id: answer.data.client_id, redirect_uri: wish.redirect_uri };
    const location = await mock.server.authorize(mock.authorizeUrl(changes), 12345);
    expect(location).toMatch(/^https:\/\/mine\.example\/cb\?code=/);
  });

  it('is for the holder of the developer token, and for JSON', async () => {
    mock = await startHarness('in process', { developerToken: 'dev-1' });
    expect((await register(wish)).status).toBe(401);
    expect((await register(wish, 'dev-1', 'text/plain')).status).toBe(400);
    expect((await register(wish, 'dev-1')).status).toBe(200);
  });

  it.each([
    null,
    {},
    { ...wish, name: '' },
    { ...wish, redirect_uri: 'http://mine.example/cb' },
    { ...wish, description: 1 },
  ])('refuses %j', async (body) => {
    mock = await startHarness();
    const response = await register(body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ success: false, message: expect.any(String) });
  });
});

describe('options', () => {
  it.each([{ codeLifetime: 601 }, { accessTokenLifetime: -1 }, { refreshTokenLifetime: Number.NaN }])(
    'that cannot be are refused: %j',
    (options) => {
      expect(() => createMockServer(options)).toThrow(RangeError);
    },
  );
});

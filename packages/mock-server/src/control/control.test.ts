import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Harness, startHarness } from '../testing/harness.js';

let mock: Harness;
beforeEach(async () => {
  mock = await startHarness('on a port');
});
afterEach(() => mock.server.close());

async function post(path: string, body: unknown, type = 'application/json'): Promise<[number, unknown]> {
  const init = { method: 'POST', headers: { 'content-type': type }, body: JSON.stringify(body) };
  const response = await fetch(`${mock.base}/_mock/${path}`, init);
  return [response.status, await response.json()];
}

const get = async (path: string) => (await fetch(`${mock.base}/_mock/${path}`)).json();
const remove = (path: string) => fetch(`${mock.base}/_mock/${path}`, { method: 'DELETE' });

describe('control over HTTP', () => {
  it('logs a user in and issues tokens', async () => {
    const [, answer] = await post('authorize', { url: mock.authorizeUrl(), userId: 12345 });
    expect(answer).toEqual({ location: expect.stringContaining('code=') });
    const [, denied] = await post('authorize', { url: mock.authorizeUrl(), userId: 12345, decision: 'deny' });
    expect(denied).toEqual({ location: expect.stringContaining('error=access_denied') });
    const wish = { clientId: mock.app.clientId, userId: '12345', scope: 'profile', expiresIn: 60 };
    const [status, tokens] = await post('tokens', wish);
    expect([status, tokens]).toEqual([200, expect.objectContaining({ expiresIn: 60, scope: 'profile' })]);
  });

  it('sets balances, expires and revokes', async () => {
    const { accessToken, refreshToken } = mock.server.issueTokens({
      clientId: mock.app.clientId,
      userId: 12345,
    });
    expect(await post('balance', { userId: 12345, amount: '1.50' })).toEqual([200, { ok: true }]);
    expect(await (await mock.userinfo(accessToken)).json()).toMatchObject({ balance_formatted: '1.50' });
    await post('expire', {});
    expect((await mock.userinfo(accessToken)).status).toBe(401);
    await post('revoke', { userId: 12345 });
    expect((await mock.refresh(refreshToken)).status).toBe(400);
  });

  it('plans faults and takes them away', async () => {
    const fault = { type: 'patch', patch: { id: 7 }, remove: ['email'] };
    await post('fault', { endpoint: 'userinfo', fault, times: 1 });
    await post('fault', { endpoint: 'userinfo', fault: { type: 'drop', when: 'after' } });
    const { accessToken } = mock.server.issueTokens({ clientId: mock.app.clientId, userId: 12345 });
    const answer = await (await mock.userinfo(accessToken)).json();
    expect(answer).toMatchObject({ id: 7 });
    expect(answer).not.toHaveProperty('email');
    await expect(mock.userinfo(accessToken)).rejects.toThrow('fetch failed');
    await remove('fault');
    expect((await mock.userinfo(accessToken)).status).toBe(200);
  });

  it.each([
    { type: 'latency', ms: 1 },
    { type: 'hang' },
    { type: 'drop' },
    { type: 'status', status: 503, headers: { 'retry-after': '1' }, body: '' },
    { type: 'body', body: '<html>', contentType: 'text/html', status: 502, headers: {} },
    { type: 'gateway-error', message: 'no', shape: 'error-object' },
    { type: 'slow-body', msPerByte: 1 },
  ])('knows the fault %j', async (fault) => {
    expect(await post('fault', { endpoint: 'token', fault })).toEqual([200, { ok: true }]);
  });

  it('tells and forgets requests and violations', async () => {
    await mock.refresh('refresh_x', { client_secret: 'secret_wrong' });
    expect(await get('requests')).toMatchObject({ requests: [{ endpoint: 'token', status: 401 }] });
    expect(await get('violations')).toEqual({ violations: ['wrong client_secret'] });
    await remove('requests');
    await remove('violations');
    expect([await get('requests'), await get('violations')]).toEqual([{ requests: [] }, { violations: [] }]);
  });

  it.each([
    ['fault', { endpoint: 'nowhere', fault: { type: 'hang' } }],
    ['fault', { endpoint: 'token', fault: { type: 'nothing' } }],
    ['fault', { endpoint: 'token', fault: { type: 'status', status: 7 } }],
    ['fault', { endpoint: 'token', fault: { type: 'patch', remove: [1] } }],
    ['fault', { endpoint: 'token' }],
    ['balance', { userId: 12345, amount: 1 }],
    ['balance', { userId: 12345, amount: '1e9' }],
    ['balance', { userId: 1, amount: '1' }],
    ['revoke', {}],
    ['authorize', { url: 'nonsense', userId: 12345 }],
    ['tokens', { clientId: 'client_unknown', userId: 12345 }],
    ['tokens', []],
  ])('refuses %s %j', async (path, body) => {
    expect(await post(path, body)).toEqual([400, { error: expect.any(String) }]);
  });

  it('takes nothing but JSON, so that no page of another origin can send it', async () => {
    expect((await post('balance', { userId: 12345, amount: '0' }, 'text/plain'))[0]).toBe(400);
    expect(mock.server.user(12345).balance).toBe('750.00');
  });
});

import { afterEach, describe, expect, it } from 'vitest';
import type { Fault } from '../index.js';
import { type Harness, startHarness, type TokenAnswer, TRANSPORTS } from '../testing/harness.js';

let mock: Harness;
afterEach(() => mock.server.close());

const issue = () => mock.server.issueTokens({ clientId: mock.app.clientId, userId: 12345 });

/** Starts a server whose userinfo endpoint has a fault, and asks it. */
async function ask(transport: (typeof TRANSPORTS)[number], fault: Fault, init: RequestInit = {}) {
  mock = await startHarness(transport);
  mock.server.fault('userinfo', fault);
  const headers = { authorization: `Bearer ${issue().accessToken}` };
  return mock.fetch(`${mock.base}/api/oauth2/userinfo`, { ...init, headers });
}

describe.each(TRANSPORTS)('a fault, %s', (transport) => {
  it('drop rejects as fetch does for a cut connection', async () => {
    const error: unknown = await ask(transport, { type: 'drop' }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({
      message: 'fetch failed',
      cause: { code: expect.stringMatching(/ECONNRESET|UND_ERR_SOCKET/) },
    });
    expect(mock.server.requests).toMatchObject([{ status: null, fault: 'drop' }]);
  });

  it('drop before the work leaves the tokens alone, drop after it has rotated them', async () => {
    mock = await startHarness(transport);
    const { refreshToken } = issue();
    mock.server.fault('token', { type: 'drop', when: 'before' }, { times: 1 });
    await expect(mock.refresh(refreshToken)).rejects.toThrow('fetch failed');
    const { refresh_token } = (await (await mock.refresh(refreshToken)).json()) as TokenAnswer;
    mock.server.fault('token', { type: 'drop', when: 'after' }, { times: 1 });
    await expect(mock.refresh(refresh_token)).rejects.toThrow('fetch failed');
    expect((await mock.refresh(refresh_token)).status).toBe(400);
    expect(mock.server.violations).toEqual(['refresh token presented twice']);
  });

  it('hang lasts until the client gives up', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const asked = ask(transport, { type: 'hang' }, { signal: controller.signal });
    setTimeout(() => controller.abort(reason), 20);
    await expect(asked).rejects.toBe(reason);
  });

  it('hang lasts until the server closes', async () => {
    const asked = ask(transport, { type: 'hang' });
    setTimeout(() => mock.server.close(), 20);
    await expect(asked).rejects.toThrow('fetch failed');
  });

  it('latency delays the normal answer', async () => {
    const start = performance.now();
    const response = await ask(transport, { type: 'latency', ms: 30 });
    expect(performance.now() - start).toBeGreaterThan(25);
    expect(response.status).toBe(200);
  });

  it('status answers in place of the endpoint', async () => {
    const response = await ask(transport, {
      type: 'status',
      status: 429,
      headers: { 'Retry-After': '7' },
      body: 'slow down',
    });
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
    expect(await response.text()).toBe('slow down');
  });

  it('status and body let their headers have the last word', async () => {
    const response = await ask(transport, {
      type: 'body',
      body: '<p>',
      headers: { 'Content-Type': 'text/html' },
    });
    expect(response.headers.get('content-type')).toBe('text/html');
  });

  it('status can be one without a body', async () => {
    expect((await ask(transport, { type: 'status', status: 204 })).status).toBe(204);
  });

  it('body answers any bytes', async () => {
    const bytes = new Uint8Array([0xef, 0xbb, 0xbf, 0xff, 0x00]);
    const response = await ask(transport, {
      type: 'body',
      body: bytes,
      contentType: 'text/html',
      status: 502,
    });
    expect([response.status, response.headers.get('content-type')]).toEqual([502, 'text/html']);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(bytes);
  });

  it('patch replaces and removes fields of the real answer', async () => {
    const patch = { id: '9007199254740993', balance_formatted: undefined };
    const response = await ask(transport, { type: 'patch', patch, remove: ['email'] });
    const answer = (await response.json()) as object;
    expect(answer).toMatchObject({ id: '9007199254740993', username: 'ada' });
    expect(answer).not.toHaveProperty('balance_formatted');
    expect(answer).not.toHaveProperty('email');
  });

  it('gateway-error is a 200 with an error in either shape', async () => {
    const plain = await ask(transport, { type: 'gateway-error', message: 'no' });
    expect([plain.status, await plain.json()]).toEqual([200, { success: false, message: 'no' }]);
    await mock.server.close();
    const nested = await ask(transport, { type: 'gateway-error', shape: 'error-object' });
    const error = { message: expect.any(String), type: expect.any(String), code: expect.any(String) };
    expect([nested.status, await nested.json()]).toEqual([200, { error }]);
  });

  it('slow-body delivers the real answer byte by byte', async () => {
    const response = await ask(transport, { type: 'slow-body', msPerByte: 0 });
    expect(await response.json()).toMatchObject({ username: 'ada' });
  });

  it('slow-body ends when the client gives up', async () => {
    const controller = new AbortController();
    const response = await ask(
      transport,
      { type: 'slow-body', msPerByte: 20 },
      { signal: controller.signal },
    );
    const reading = response.text();
    controller.abort(new Error('enough'));
    await expect(reading).rejects.toThrow('enough');
  });
});

describe('slow-body in process', () => {
  it('ends when the server closes', async () => {
    const reading = (await ask('in process', { type: 'slow-body', msPerByte: 20 })).text();
    await Promise.all([mock.server.close(), expect(reading).rejects.toThrow('terminated')]);
  });
});

describe('faults', () => {
  it('hit as many requests as asked for, in the order in which they were planned', async () => {
    mock = await startHarness();
    mock.server.fault('token', { type: 'status', status: 500 }, { times: 2 });
    mock.server.fault('token', { type: 'status', status: 429 }, { times: 1 });
    const seen = [];
    for (let n = 0; n < 4; n += 1) seen.push((await mock.refresh('refresh_x')).status);
    expect(seen).toEqual([500, 500, 429, 400]);
  });

  it('hit only their endpoint, and only until they are taken away', async () => {
    mock = await startHarness();
    const remove = mock.server.fault('userinfo', { type: 'status', status: 500 });
    const { accessToken, refreshToken } = issue();
    expect((await mock.refresh(refreshToken)).status).toBe(200);
    expect((await mock.userinfo(accessToken)).status).toBe(500);
    remove();
    expect((await mock.userinfo(accessToken)).status).toBe(200);
    mock.server.fault('userinfo', { type: 'hang' });
    mock.server.clearFaults();
    expect((await mock.userinfo(accessToken)).status).toBe(200);
  });

  it.each<Fault>([
    { type: 'status', status: 42 },
    { type: 'latency', ms: -1 },
    { type: 'slow-body', msPerByte: Number.NaN },
  ])('that cannot be are refused: %j', async (fault) => {
    mock = await startHarness();
    expect(() => mock.server.fault('token', fault)).toThrow(RangeError);
  });
});

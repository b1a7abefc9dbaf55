import { createServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createMockServer } from '../index.js';

const server = createMockServer();
afterEach(() => server.close());

describe('listening', () => {
  it('answers on both loopback addresses under the name localhost', async () => {
    const url = await server.listen();
    expect(url).toMatch(/^http:\/\/localhost:\d+$/);
    expect(server.url).toBe(url);
    for (const host of ['localhost', '127.0.0.1']) {
      expect((await fetch(url.replace('localhost', host))).status).toBe(200);
    }
  });

  it('takes a host and a port, and gives them back on closing', async () => {
    const url = await server.listen({ host: '127.0.0.1' });
    const port = Number(new URL(url).port);
    expect(url).toBe(`http://127.0.0.1:${port}`);
    await server.close();
    expect(server.url).toBeUndefined();
    expect(await server.listen({ port })).toBe(`http://localhost:${port}`);
  });

  it('fails for a port that is taken, and can be tried again', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(server.listen({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await new Promise((resolve) => other.close(resolve));
    expect(await server.listen({ port })).toBe(`http://localhost:${port}`);
  });

  it('happens once at a time', async () => {
    await server.listen();
    await expect(server.listen()).rejects.toThrow('listening already');
  });

  it('leaves the global Request and Response as they are', async () => {
    const before = [globalThis.Request, globalThis.Response];
    await server.listen();
    expect([globalThis.Request, globalThis.Response]).toEqual(before);
  });
});

describe('fetch in process', () => {
  it('works when it is passed on by itself', async () => {
    const detached: typeof globalThis.fetch = server.fetch;
    expect((await detached('https://api.aihubmix.com/')).status).toBe(200);
    expect((await detached(new Request('https://api.aihubmix.com/'))).status).toBe(200);
  });

  it('rejects at once when its signal is aborted already', async () => {
    const signal = AbortSignal.abort(new Error('never mind'));
    await expect(server.fetch('https://api.aihubmix.com/', { signal })).rejects.toThrow('never mind');
  });

  it("rejects a redirect under redirect: 'error', and hands it back otherwise", async () => {
    const redirect = { type: 'status', status: 307, headers: { location: 'https://evil.example/' } } as const;
    const remove = server.fault('token', redirect);
    const url = 'https://api.aihubmix.com/api/oauth2/token';
    const init = { method: 'POST', body: new URLSearchParams() };
    await expect(server.fetch(url, { ...init, redirect: 'error' })).rejects.toThrow('fetch failed');
    expect((await server.fetch(url, { ...init, redirect: 'manual' })).status).toBe(307);
    remove();
  });
});

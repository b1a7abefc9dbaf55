import { Agent, createServer, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createMiddleware, formFields, mergedVary, requireAccount, toAuthRequest } from './node.js';
import { createTestApp, ORIGIN } from './test-support/app.js';

/** A program on `node:http` with the routes and one page behind the guard. */
async function serve() {
  const app = createTestApp();
  const routes = createMiddleware(app.core);
  const server = createServer((request, response) => {
    response.setHeader('vary', 'Origin');
    response.setHeader('set-cookie', 'theirs=1');
    routes(request, response, async () => {
      if (request.url !== '/private') return response.writeHead(404).end('nothing here');
      const account = await requireAccount(app.core, toAuthRequest(request), response);
      if (account) response.end(account.user.username);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  return { app, url: `http://127.0.0.1:${port}`, port };
}

test('the routes are answered, and everything else goes on to the program', async () => {
  const { app, url } = await serve();
  expect(await (await fetch(`${url}/auth/session`)).json()).toEqual({ authenticated: false });
  expect(await (await fetch(`${url}/other`)).text()).toBe('nothing here');
  expect((await fetch(`${url}/private`)).status).toBe(401);
  const cookie = await app.login();
  expect(await (await fetch(`${url}/private`, { headers: { cookie } })).text()).toBe('ada');
});

test('headers that the program has set stay beside ours', async () => {
  const { url } = await serve();
  const { headers } = await fetch(`${url}/auth/login`, { redirect: 'manual' });
  expect(headers.get('vary')).toBe('Origin, Cookie');
  expect(headers.getSetCookie()).toHaveLength(2);
  expect(headers.getSetCookie()[0]).toBe('theirs=1');
});

test('a path below the base that is not ours reaches the program, with our headers', async () => {
  const { url } = await serve();
  const response = await fetch(`${url}/auth/other`);
  expect([response.status, await response.text()]).toEqual([404, 'nothing here']);
  expect(response.headers.get('cache-control')).toBe('no-store');
});

describe('a logout form', () => {
  function post(
    port: number,
    agent: Agent,
    path: string,
    body: string,
  ): Promise<[number | undefined, string | undefined]> {
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      accept: 'text/html',
      origin: ORIGIN,
      'content-length': String(Buffer.byteLength(body)),
    };
    return new Promise((resolve, reject) => {
      send({ port, agent, path, method: 'POST', headers }, (response) => {
        response.resume().on('end', () => resolve([response.statusCode, response.headers.location]));
      })
        .on('error', reject)
        .end(body);
    });
  }

  test('says where to go', async () => {
    const { port } = await serve();
    expect(await post(port, new Agent(), '/auth/logout', 'returnTo=%2Fbye')).toEqual([303, '/bye']);
  });

  test('that is too large is refused, and the connection carries the next request', async () => {
    const { port } = await serve();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    expect(await post(port, agent, '/auth/logout', `returnTo=${'x'.repeat(1_000_000)}`)).toEqual([
      400,
      undefined,
    ]);
    expect(await post(port, agent, '/auth/logout', 'returnTo=%2Fbye')).toEqual([303, '/bye']);
  });
});

test.each<[unknown, string | undefined]>([
  [{ returnTo: '/a' }, 'returnTo=%2Fa'],
  [{ returnTo: ['/a', '/b'] }, 'returnTo=%2Fa&returnTo=%2Fb'],
  [{ returnTo: { $ne: '' } }, ''],
  ['returnTo=/a', 'returnTo=%2Fa'],
  [Buffer.from('returnTo=/a'), 'returnTo=%2Fa'],
  [5, undefined],
])('a body that was parsed as %j is read as %j', (body, fields) => {
  expect(formFields(body)?.toString()).toBe(fields);
});

test.each<[string | string[] | undefined, string]>([
  [undefined, 'Cookie'],
  ['Origin', 'Origin, Cookie'],
  ['origin, cookie', 'origin, Cookie'],
  [['Origin', 'Accept'], 'Origin, Accept, Cookie'],
])('Vary %j becomes %j', (present, merged) => {
  expect(mergedVary(present, 'Cookie')).toBe(merged);
});

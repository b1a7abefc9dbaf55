import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { fetchExchange, type ProviderRequest, undiciExchange } from './exchange.js';

const servers: Server[] = [];
const pools: { close(): Promise<void> }[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
  for (const pool of pools.splice(0)) await pool.close();
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function get(signal = AbortSignal.timeout(5_000)): ProviderRequest {
  return { method: 'GET', path: '/x', headers: {}, signal };
}

const clients = [
  [
    'the pool',
    () => {
      const pool = undiciExchange();
      pools.push(pool);
      return pool.exchange;
    },
  ],
  ['a fetch of the application', () => fetchExchange(fetch)],
] as const;

describe.each(clients)('%s', (_name, client) => {
  test('sends what it is given and reads the whole answer', async () => {
    let seen = '';
    const origin = await serve((request, response) => {
      request.setEncoding('utf8').on('data', (chunk) => {
        seen += `${request.method} ${request.url} ${request.headers['x-y']} ${chunk}`;
      });
      request.on('end', () => response.writeHead(201, { 'retry-after': '5' }).end('answer'));
    });
    const answer = await client()(origin, {
      ...get(),
      method: 'POST',
      headers: { 'x-y': 'z' },
      body: 'body',
    });
    expect(seen).toBe('POST /x z body');
    expect([answer.status, answer.headers.get('retry-after'), answer.body]).toEqual([201, '5', 'answer']);
  });

  test('does not follow a redirect', async () => {
    let requests = 0;
    const origin = await serve((_request, response) => {
      requests += 1;
      response.writeHead(307, { location: '/elsewhere' }).end();
    });
    const answer = await client()(origin, { ...get(), method: 'POST', body: 'secret' });
    expect(answer.status).toBeGreaterThanOrEqual(300);
    expect(answer.status).toBeLessThan(400);
    expect(requests).toBe(1);
  });

  test.each(['gzip', 'br', 'deflate'] as const)('reads an answer in %s', async (encoding) => {
    const compress = { gzip: gzipSync, br: brotliCompressSync, deflate: deflateSync }[encoding];
    const origin = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(compress('answer')),
    );
    expect((await client()(origin, get())).body).toBe('answer');
  });

  test('cuts off a body of more than 1 MiB', async () => {
    const origin = await serve((_request, response) => response.end('x'.repeat(3_000_000)));
    await expect(client()(origin, get())).rejects.toMatchObject({ code: 'provider_error' });
  });

  test('cuts off a body that never ends', async () => {
    const origin = await serve((_request, response) => {
      const more = () => {
        while (response.write('x'.repeat(65_536)));
      };
      response.on('drain', more);
      more();
    });
    await expect(client()(origin, get())).rejects.toMatchObject({ code: 'provider_error' });
  });

  test('cuts off a compressed body that would unfold to more', async () => {
    const bomb = gzipSync(Buffer.alloc(200_000_000));
    const origin = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    const before = process.memoryUsage().rss;
    await expect(client()(origin, get())).rejects.toMatchObject({ code: 'provider_error' });
    expect(process.memoryUsage().rss - before).toBeLessThan(150_000_000);
  });

  test('ends with the deadline although bytes keep coming', async () => {
    const origin = await serve((_request, response) => {
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const began = Date.now();
    await expect(client()(origin, get(AbortSignal.timeout(200)))).rejects.toThrow();
    expect(Date.now() - began).toBeLessThan(2_000);
  });
});

test('the pool refuses stacked and unknown encodings', async () => {
  const [, client] = clients[0];
  for (const encoding of ['gzip, gzip', 'constructor', 'zstd']) {
    const origin = await serve((_request, response) =>
      response.writeHead(200, { 'content-encoding': encoding }).end(gzipSync('x')),
    );
    await expect(client()(origin, get())).rejects.toMatchObject({ code: 'provider_error' });
  }
});

test('a damaged compressed answer is provider_error', async () => {
  const [, client] = clients[0];
  const origin = await serve((_request, response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end('not gzip'),
  );
  await expect(client()(origin, get())).rejects.toMatchObject({ code: 'provider_error' });
});

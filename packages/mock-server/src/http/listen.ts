import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type Http2Bindings, type HttpBindings } from '@hono/node-server';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { ListenOptions } from '../mock-server.js';
import { ConnectionDropped } from './connection-dropped.js';
import type { Handle } from './transport.js';

/** An open port. */
export interface Listener {
  /** Base URL, without a trailing slash. */
  readonly url: string;
  close(): Promise<void>;
}

/** How often a free port is sought that is free on both loopback addresses. */
const ATTEMPTS = 10;

/** Opens a port: on `host`, or else on both loopback addresses under the name `localhost`. */
export async function openListener(handle: Handle, options: ListenOptions): Promise<Listener> {
  const { host, port = 0 } = options;
  if (host !== undefined && host !== 'localhost') {
    const server = await bind(handle, host, port);
    return listener(urlHost(host), [server]);
  }
  return listener('localhost', await bindLoopback(handle, port));
}

/**
 * Binds 127.0.0.1 and ::1 together, because clients differ in which of the two `localhost` means,
 * and another process could hold the same port on the other one.
 */
async function bindLoopback(handle: Handle, port: number): Promise<[Server, ...Server[]]> {
  for (let attempt = 1; ; attempt += 1) {
    const ipv4 = await bind(handle, '127.0.0.1', port);
    try {
      return [ipv4, await bind(handle, '::1', portOf(ipv4))];
    } catch (error) {
      const code = errorCode(error);
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return [ipv4];
      await closeServer(ipv4);
      if (code !== 'EADDRINUSE' || port !== 0 || attempt === ATTEMPTS) throw error;
    }
  }
}

async function bind(handle: Handle, host: string, port: number): Promise<Server> {
  const fetch = (request: Request, env: HttpBindings | Http2Bindings) => answer(handle, request, env);
  const server = createAdaptorServer({ fetch, overrideGlobalObjects: false }) as Server;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

async function answer(
  handle: Handle,
  request: Request,
  env: HttpBindings | Http2Bindings,
): Promise<Response> {
  try {
    return await handle(request, { onPort: true });
  } catch (error) {
    if (!(error instanceof ConnectionDropped)) throw error;
    env.incoming.socket.destroy();
    return RESPONSE_ALREADY_SENT;
  }
}

function listener(host: string, servers: readonly [Server, ...Server[]]): Listener {
  return {
    url: `http://${host}:${portOf(servers[0])}`,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

async function closeServer(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function errorCode(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConfigurationError } from '@aihubmix-auth/core';

/** A port of this machine, open on both loopback addresses and on no other. */
export interface Port {
  readonly number: number;
  /** As `localhost`, without a slash at its end. */
  readonly url: string;
  /** Hands every request to `listener`; those that came earlier have waited for this. */
  serve(listener: RequestListener): void;
  /** Takes no more connections, gives running answers half a second, and cuts what is left. */
  close(): Promise<void>;
}

/** How long running answers get once the port closes, in milliseconds. */
const GRACE = 500;

/** How often a port is sought that is free on both addresses. */
const ATTEMPTS = 10;

/**
 * Opens `port` (0: a free one) on 127.0.0.1 and, where there is IPv6, on ::1, because browsers differ in which of the
 * two `localhost` means.
 *
 * @throws ConfigurationError where the port cannot be had.
 */
export async function openPort(port: number): Promise<Port> {
  let start: (listener: RequestListener) => void = () => {};
  const ready = new Promise<RequestListener>((resolve) => {
    start = resolve;
  });
  const servers = await bindLoopback(port, async (request, response) => (await ready)(request, response));
  const number = portOf(servers[0]);
  return {
    number,
    url: `http://localhost:${number}`,
    serve: start,
    close: async () => {
      await Promise.all(servers.map(closeServer));
    },
  };
}

async function bindLoopback(port: number, listener: RequestListener): Promise<[Server, ...Server[]]> {
  for (let attempt = 1; ; attempt += 1) {
    const ipv4 = await bind('127.0.0.1', port, listener).catch((error) => refuse(error, port));
    try {
      return [ipv4, await bind('::1', portOf(ipv4), listener)];
    } catch (error) {
      const code = codeOf(error);
      if (code === 'EADDRNOTAVAIL' || code === 'EAFNOSUPPORT') return [ipv4];
      await closeServer(ipv4);
      if (code !== 'EADDRINUSE' || port !== 0 || attempt === ATTEMPTS) refuse(error, port);
    }
  }
}

async function bind(host: string, port: number, listener: RequestListener): Promise<Server> {
  const server = createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  return server;
}

function refuse(error: unknown, port: number): never {
  const code = codeOf(error);
  if (code === 'EADDRINUSE') {
    throw new ConfigurationError([
      `Port ${port} is in use: stop what listens there, or choose another --port.`,
    ]);
  }
  if (code === 'EACCES') {
    throw new ConfigurationError([
      `Port ${port} may not be opened by this user: choose a --port above 1023.`,
    ]);
  }
  throw error;
}

async function closeServer(server: Server): Promise<void> {
  const cut = setTimeout(() => server.closeAllConnections(), GRACE);
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
  clearTimeout(cut);
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

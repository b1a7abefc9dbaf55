import { once } from 'node:events';
import { createServer } from 'node:net';

/** Below the range that systems take the ports of outgoing connections from: none of them can come in between. */
const LOWEST = 20_000;
const HIGHEST = 32_000;

/** A port of loopback that nobody listens on, for a program that must be told its port. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}

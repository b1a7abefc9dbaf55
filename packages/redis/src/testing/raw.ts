import type { RedisClient } from '../client.js';

/** Sends any command over a client of one server. */
export async function raw(client: RedisClient, name: string, ...args: string[]): Promise<unknown> {
  if ('call' in client) return client.call(name, args);
  if ('masters' in client || 'getSentinelNode' in client) throw new TypeError('not a client of one server');
  return client.sendCommand([name, ...args]);
}

import { createServer } from 'node:http';
import { createAihubmix, optionsFromEnv } from '@aihubmix-auth/core';
import { createMiddleware, requireAccount, toAuthRequest } from '@aihubmix-auth/core/node';
import { type RedisClient, redisStore } from '@aihubmix-auth/redis';
import { Redis } from 'ioredis';
import { createClient } from 'redis';
import { tellerIn, watched } from './watched.js';

/** An application of one process, on the Redis and with the client that the environment names. */
const { REDIS_URL: url = '', REDIS_CLIENT, PROCESS = '', TIMEOUT } = process.env;
const store = redisStore(await connect());
const tell = tellerIn(process.env);
const auth = createAihubmix({
  ...optionsFromEnv(),
  ...(tell ? watched(store, tell, PROCESS) : { store }),
  ...(TIMEOUT === undefined ? {} : { timeout: Number(TIMEOUT) }),
});
const routes = createMiddleware(auth);

const server = createServer((request, response) => {
  routes(request, response, async () => {
    const account = await requireAccount(auth, toAuthRequest(request), response);
    if (account) response.end(JSON.stringify(account.user));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The server has no port.');
  process.stdout.write(`listening on http://127.0.0.1:${address.port}\n`);
});

async function connect(): Promise<RedisClient> {
  if (REDIS_CLIENT === 'ioredis') {
    const client = new Redis(url);
    return client.on('error', () => {});
  }
  const client = createClient({ url });
  client.on('error', () => {});
  return client.connect();
}

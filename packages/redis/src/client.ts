/** A connected client of `redis` (node-redis): `createClient()` or `createClientPool()`. */
export interface NodeRedisClient {
  readonly isOpen: boolean;
  /** Absent on a pool. */
  readonly isReady?: boolean;
  sendCommand(args: string[]): Promise<unknown>;
}

/** A connected client of `redis` (node-redis): `createCluster()`. */
export interface NodeRedisCluster {
  readonly isOpen: boolean;
  readonly masters: readonly unknown[];
  sendCommand(firstKey: string, isReadonly: boolean, args: string[]): Promise<unknown>;
}

/** A connected client of `redis` (node-redis): `createSentinel()`. */
export interface NodeRedisSentinel {
  readonly isReady: boolean;
  getSentinelNode(): unknown;
  sendCommand(isReadonly: boolean, args: string[]): Promise<unknown>;
}

/** A client of `ioredis`: `new Redis()` or `new Cluster()`. */
export interface IoredisClient {
  readonly status: string;
  readonly options: object;
  call(command: string, args: string[]): Promise<unknown>;
}

export type RedisClient = NodeRedisClient | NodeRedisCluster | NodeRedisSentinel | IoredisClient;

/**
 * Sends one command on one key and answers the raw reply. Rejects with the server's error, and at once when the
 * connection is lost: a command that waits in a client's queue is sent when nobody wants it any more.
 */
export type SendCommand = (command: string, key: string, ...args: string[]) => Promise<unknown>;

/** @throws TypeError for a client that is none, or that reads from replicas. */
export function commandsOf(client: RedisClient): SendCommand {
  if (isIoredis(client)) return ioredisCommands(client);
  if (isNodeRedisCluster(client)) return nodeRedisClusterCommands(client);
  if (isNodeRedisSentinel(client)) return nodeRedisSentinelCommands(client);
  if (isNodeRedisClient(client)) return nodeRedisCommands(client);
  throw new TypeError('redisStore() takes a client of "redis" or "ioredis".');
}

function isIoredis(client: RedisClient): client is IoredisClient {
  return has(client, 'call') && has(client, 'status');
}

function isNodeRedisCluster(client: RedisClient): client is NodeRedisCluster {
  return has(client, 'sendCommand') && has(client, 'masters');
}

function isNodeRedisSentinel(client: RedisClient): client is NodeRedisSentinel {
  return has(client, 'sendCommand') && has(client, 'getSentinelNode');
}

function isNodeRedisClient(client: RedisClient): client is NodeRedisClient {
  return has(client, 'sendCommand') && has(client, 'isOpen');
}

/** Callers without types may hand over anything. */
function has(client: RedisClient | undefined | null, member: string): boolean {
  return typeof client === 'object' && client !== null && member in client;
}

function nodeRedisCommands(client: NodeRedisClient): SendCommand {
  return async (...command) => {
    if (!(client.isReady ?? client.isOpen)) throw notConnected();
    return client.sendCommand(keyBehindScript(command));
  };
}

function nodeRedisClusterCommands(client: NodeRedisCluster): SendCommand {
  return async (...command) => {
    if (!client.isOpen) throw notConnected();
    return client.sendCommand(command[1], false, keyBehindScript(command));
  };
}

function nodeRedisSentinelCommands(client: NodeRedisSentinel): SendCommand {
  return async (...command) => {
    if (!client.isReady) throw notConnected();
    return client.sendCommand(false, keyBehindScript(command));
  };
}

/** What `status` says before the first connection stands. `wait` is `lazyConnect`: the first command connects. */
const BEGINNING: readonly string[] = ['wait', 'connecting', 'connect'];

function ioredisCommands(client: IoredisClient): SendCommand {
  demandPrimaries(client);
  let wasReady = false;
  return async (...command) => {
    wasReady ||= client.status === 'ready';
    const usable = wasReady ? client.status === 'ready' : BEGINNING.includes(client.status);
    if (!usable) throw notConnected();
    const [name, ...args] = keyBehindScript(command);
    return client.call(name, args);
  };
}

/** A replica lags: it would show spent tokens and sessions that were logged out. */
function demandPrimaries({ options }: IoredisClient): void {
  if ('scaleReads' in options && options.scaleReads !== 'master') {
    throw new TypeError('redisStore() reads what it has just written: its client needs scaleReads "master".');
  }
}

type Command = [name: string, key: string, ...args: string[]];

/** `EVAL` and `EVALSHA` name the script and the number of keys before the key. */
function keyBehindScript([name, key, ...args]: Command): [name: string, ...args: string[]] {
  if (!name.startsWith('EVAL')) return [name, key, ...args];
  const [script = '', ...rest] = args;
  return [name, script, '1', key, ...rest];
}

function notConnected(): Error {
  return new Error('The Redis client is not connected.');
}

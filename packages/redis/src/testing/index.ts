export { hasRedisServer, type RedisServer, startRedis } from './redis-server.js';
export { until } from './until.js';

import type { Aihubmix, AuthRequest } from '@aihubmix-auth/core';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { AihubmixRequests, PlatformRequest } from './aihubmix.requests.js';
import { writeHeaders } from './response-headers.js';

/** The little of Fastify that is needed; its types are not there in an Express application. */
interface FastifyLike {
  register(plugin: (fastify: FastifyLike) => Promise<void>): unknown;
  addHook(
    name: 'onRequest',
    hook: (request: PlatformRequest, reply: object, done: (error?: Error) => void) => void,
  ): unknown;
}

/**
 * A hook and not middleware, since only a hook sees the session of @fastify/session, and only what goes through
 * Fastify's reply keeps the headers that other plugins set. Registered as a plugin, it comes after theirs.
 */
export function mountOnFastify(adapter: AbstractHttpAdapter, requests: AihubmixRequests): void {
  const plugin = async (fastify: FastifyLike) => {
    fastify.addHook('onRequest', (request, reply, done) => {
      const authRequest = requests.read(request);
      if (!requests.core.concerns(authRequest.url)) return done();
      answer(adapter, requests.core, authRequest, reply).then((answered) => answered || done(), done);
    });
  };
  adapter.getInstance<FastifyLike>().register(unencapsulated(plugin));
}

/** What fastify-plugin does: the hook is to hold for the whole application. */
function unencapsulated<Plugin extends object>(plugin: Plugin): Plugin {
  return Object.assign(plugin, { [Symbol.for('skip-override')]: true });
}

async function answer(
  adapter: AbstractHttpAdapter,
  core: Aihubmix,
  request: AuthRequest,
  reply: object,
): Promise<boolean> {
  const outcome = await core.handle(request);
  if (!outcome.handled) {
    writeHeaders(adapter, reply, outcome.headers);
    return false;
  }
  const { status, headers, body } = outcome.response;
  writeHeaders(adapter, reply, headers);
  adapter.reply(reply, body === '' ? undefined : body, status);
  return true;
}

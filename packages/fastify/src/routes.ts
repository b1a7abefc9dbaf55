import {
  type Aihubmix,
  type AuthRequest,
  ConfigurationError,
  ROUTE_METHODS,
  type RouteName,
} from '@aihubmix-auth/core';
import type { FastifyError, FastifyPluginAsync, FastifyReply, FastifyRequest, FastifySchema } from 'fastify';
import { sendResponse } from './send.js';

/** What @fastify/swagger reads in a schema. */
interface DocumentedSchema extends FastifySchema {
  readonly tags: readonly string[];
  readonly summary: string;
  readonly hide: boolean;
}

const SUMMARIES: Readonly<Record<RouteName, string>> = {
  login: 'Sends the browser to AIHubMix to log in',
  callback: 'Where AIHubMix sends the browser back to',
  session: 'Whether somebody is logged in, and who',
  userinfo: 'The user and the balance, fresh from AIHubMix',
  balance: 'The balance, fresh from AIHubMix',
  topup: 'Sends the browser to the top-up page of AIHubMix',
  logout: 'Ends the session',
  browser: 'The browser SDK and the account element',
};

/** What Fastify says of a content type that it refuses before it asks any parser. */
const UNREADABLE = new Set(['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE']);

/**
 * The routes of one login. They live in a scope of their own, where no body is parsed: the core reads the only one
 * that matters, the logout form.
 *
 * @param requestOf a request in the core's terms.
 */
export function loginRoutes(
  core: Aihubmix,
  requestOf: (request: FastifyRequest) => AuthRequest,
): FastifyPluginAsync {
  async function answer(request: FastifyRequest, reply: FastifyReply) {
    const outcome = await core.handle(requestOf(request));
    return outcome.handled ? sendResponse(reply, outcome.response) : reply.callNotFound();
  }

  function errorHandler(error: FastifyError, request: FastifyRequest, reply: FastifyReply) {
    if (!UNREADABLE.has(error.code)) throw error;
    return answer(request, reply);
  }

  return async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    for (const [name, path] of Object.entries(core.paths) as [RouteName, string][]) {
      const [method = 'GET'] = ROUTE_METHODS[name];
      const others = scope.supportedMethods.filter((other) => other !== method);
      const route = {
        url: within(scope.prefix, path),
        handler: answer,
        errorHandler,
        exposeHeadRoute: false,
      };
      scope.route({ ...route, method, schema: schemaOf(name, false) });
      scope.route({ ...route, method: others, schema: schemaOf(name, true) });
    }
  };
}

function schemaOf(name: RouteName, hide: boolean): DocumentedSchema {
  return { tags: ['aihubmix'], summary: SUMMARIES[name], hide };
}

/** Fastify puts the scope's prefix in front of every path; ours are whole already. */
function within(prefix: string, path: string): string {
  if (path.startsWith(`${prefix}/`)) return path.slice(prefix.length);
  throw new ConfigurationError([
    `${path} cannot be served in a scope with the prefix ${prefix}: let basePath and the path of redirectUri begin with it, or register the plugin outside.`,
  ]);
}

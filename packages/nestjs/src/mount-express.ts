import type { ServerResponse } from 'node:http';
import { type ConnectRequest, createMiddleware, type Next } from '@aihubmix-auth/core/node';
import type { AbstractHttpAdapter } from '@nestjs/core';
import type { AihubmixRequests } from './aihubmix.requests.js';

/** How body-parser names what it does not like about a body. */
const UNREADABLE = /^(entity\.(parse|too)|encoding|charset|parameters|querystring)\./;

export function mountOnExpress(adapter: AbstractHttpAdapter, { core, carrierOf }: AihubmixRequests): void {
  const routes = createMiddleware(core, carrierOf);
  // Nest's body parsers come first, and the contract has no answer that depends on a body they cannot read.
  const despiteBody = (error: unknown, request: ConnectRequest, response: ServerResponse, next: Next) => {
    if (!isUnreadableBody(error) || !core.concerns(request.originalUrl ?? '')) return next(error);
    request.resume();
    request.body = {};
    routes(request, response, () => next(error));
  };
  adapter.use(routes);
  adapter.use(despiteBody);
}

function isUnreadableBody(error: unknown): boolean {
  const type: unknown = error instanceof Error ? Reflect.get(error, 'type') : undefined;
  return typeof type === 'string' && UNREADABLE.test(type);
}

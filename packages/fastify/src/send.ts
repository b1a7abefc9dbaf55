import type { AuthResponse, HeaderList } from '@aihubmix-auth/core';
import { mergedVary } from '@aihubmix-auth/core/node';
import type { FastifyReply } from 'fastify';

/** Adds headers to a reply: `set-cookie` beside those that are there, which Fastify does, `vary` merged, all others set. */
export function addHeaders(reply: FastifyReply, headers: HeaderList): void {
  for (const [name, value] of headers) {
    reply.header(name, name === 'vary' ? mergedVary(reply.getHeader(name), value) : value);
  }
}

/** Sends an answer as it is. */
export function sendResponse(reply: FastifyReply, { status, headers, body }: AuthResponse): FastifyReply {
  addHeaders(reply, headers);
  return reply.code(status).send(body === '' ? undefined : body);
}

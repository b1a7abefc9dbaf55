import type { ExecutionContext } from '@nestjs/common';
import type { PlatformRequest } from './aihubmix.requests.js';

/** The HTTP request that a handler runs for: its own, or the one that opened the GraphQL operation or the WebSocket. */
export function requestOf(context: ExecutionContext): PlatformRequest {
  const type = context.getType<string>();
  const request = candidates(context, type).find(isRequest);
  if (request === undefined) throw new Error(notFound(type));
  return request;
}

function candidates(context: ExecutionContext, type: string): unknown[] {
  if (type === 'http') return [context.switchToHttp().getRequest<unknown>()];
  if (type === 'graphql') {
    const graphql: unknown = context.getArgByIndex(2);
    return [
      property(graphql, 'req'),
      property(graphql, 'request'),
      property(property(graphql, 'extra'), 'request'),
    ];
  }
  if (type === 'ws') {
    const client = context.switchToWs().getClient<unknown>();
    return [property(client, 'request'), property(client, 'upgradeReq'), property(client, 'handshake')];
  }
  return [];
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function isRequest(value: unknown): value is PlatformRequest {
  return typeof property(value, 'headers') === 'object';
}

function notFound(type: string): string {
  const hints: Readonly<Record<string, string>> = {
    graphql: 'Put it into the GraphQL context as "req", as in context: ({ req }) => ({ req }).',
    ws: 'The client has no "handshake", "request" or "upgradeReq" with the headers of the upgrade.',
  };
  const hint = hints[type] ?? 'Open the handler with @Public(), or guard it otherwise.';
  return `aihubmix-auth finds no HTTP request in this "${type}" context. ${hint}`;
}

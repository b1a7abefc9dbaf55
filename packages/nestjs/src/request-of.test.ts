import 'reflect-metadata';
import { loginAs } from '@aihubmix-auth/core/testing';
import { createMockServer } from '@aihubmix-auth/mock-server';
import type { CanActivate } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/internal';
import { Test } from '@nestjs/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Aihubmix, AihubmixGuard, AihubmixModule, getAihubmixToken } from './index.js';
import { optionsFor } from './testing/app.js';

class Resolver {
  field(): void {}
}

let guard: CanActivate;
let headers: Record<string, string>;

beforeEach(async () => {
  const imports = [AihubmixModule.forRoot(optionsFor(createMockServer()))];
  const testing = await Test.createTestingModule({ imports }).compile();
  guard = testing.get(AihubmixGuard);
  headers = { cookie: await loginAs(testing.get<Aihubmix>(getAihubmixToken())) };
});

function contextOf(type: string, args: unknown[]): ExecutionContextHost {
  const context = new ExecutionContextHost(args, Resolver, Resolver.prototype.field);
  context.setType(type);
  return context;
}

const graphql = (context: unknown) => contextOf('graphql', [undefined, {}, context, {}]);
const ws = (client: unknown) => contextOf('ws', [client, {}]);

describe('the guard', () => {
  it('finds the request in a GraphQL context', async () => {
    expect(await guard.canActivate(graphql({ req: { headers } }))).toBe(true);
    expect(await guard.canActivate(graphql({ req: { raw: { headers }, headers } }))).toBe(true);
    expect(await guard.canActivate(graphql({ extra: { request: { headers } } }))).toBe(true);
  });

  it('finds the upgrade request of a WebSocket client', async () => {
    expect(await guard.canActivate(ws({ handshake: { headers } }))).toBe(true);
    expect(await guard.canActivate(ws({ upgradeReq: { headers } }))).toBe(true);
    expect(await guard.canActivate(ws({ request: { headers } }))).toBe(true);
  });

  it('refuses a visitor there with 401, and never with a redirect', async () => {
    const request = { method: 'GET', url: '/graphql', headers: { accept: 'text/html' } };
    for (const context of [graphql({ req: request }), ws({ handshake: request })]) {
      await expect(guard.canActivate(context)).rejects.toMatchObject({
        status: 401,
        errorCode: 'unauthenticated',
      });
    }
  });

  it('says where it has looked when there is no request', async () => {
    await expect(guard.canActivate(graphql({}))).rejects.toThrow(
      'no HTTP request in this "graphql" context. Put it into the GraphQL context as "req"',
    );
    await expect(guard.canActivate(ws({}))).rejects.toThrow('no HTTP request in this "ws" context');
    await expect(guard.canActivate(contextOf('rpc', [{}]))).rejects.toThrow(
      'no HTTP request in this "rpc" context',
    );
  });
});

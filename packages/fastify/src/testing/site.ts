import type { AddressInfo } from 'node:net';
import { createMockServer, type MockServer } from '@aihubmix-auth/mock-server';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { aihubmix, type FastifyOptions } from '../index.js';
import { createVisitor, type Visitor } from './visitor.js';

export interface Site {
  readonly url: string;
  readonly app: FastifyInstance;
  readonly provider: MockServer;
  readonly visitor: Visitor;
}

/** Makes the options of an application that is registered with the mock provider. */
export type Register = (basePath?: string) => FastifyOptions;

export type Build = (app: FastifyInstance, register: Register) => Promise<unknown>;

/** Serves a Fastify app on a real port, beside a provider, until the test is over. */
export async function serve(build: Build, app: FastifyInstance = Fastify()): Promise<Site> {
  const provider = createMockServer();
  const baseUrl = await provider.listen();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  onTestFinished(async () => {
    app.server.closeAllConnections();
    await app.close();
    await provider.close();
  });

  await build(app, (basePath = '/auth') => {
    const redirectUri = `${url}${basePath}/callback`;
    const { clientId, clientSecret } = provider.addApp({ redirectUris: [redirectUri] });
    const sessionSecret = 'an example secret of thirty-two characters';
    return { clientId, clientSecret, redirectUri, sessionSecret, baseUrl, basePath };
  });
  await app.listen({ port, host: '127.0.0.1' });
  return { url, app, provider, visitor: createVisitor(url, provider) };
}

export interface Differences {
  readonly before?: (app: FastifyInstance) => unknown;
  readonly after?: (app: FastifyInstance) => unknown;
  readonly server?: FastifyServerOptions;
  readonly options?: Partial<FastifyOptions>;
}

/** Serves the app of the README, and what a test adds to it. */
export function serveApp({ before, after, server = {}, options = {} }: Differences = {}): Promise<Site> {
  return serve(async (app, register) => {
    await before?.(app);
    await app.register(aihubmix, { ...register(), ...options });
    app.get('/private', { preHandler: app.aihubmix.requireLogin }, async (request) => request.aihubmix.user);
    await after?.(app);
  }, Fastify(server));
}

/** The redirect URI holds the port, so it must be known before there is an app. */
async function freePort(): Promise<number> {
  const probe = Fastify();
  await probe.listen({ port: 0, host: '127.0.0.1' });
  const { port } = probe.server.address() as AddressInfo;
  await probe.close();
  return port;
}

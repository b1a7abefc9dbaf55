import { type Register, type Site, type SiteOptions, serve } from '@aihubmix-auth/test-support';
import Fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { onTestFinished } from 'vitest';
import { aihubmix, type FastifyOptions } from '../index.js';

export interface FastifySite extends Site {
  readonly app: FastifyInstance;
}

export type Build = (app: FastifyInstance, options: SiteOptions, register: Register) => Promise<unknown>;

/** Serves a Fastify app on a real port, beside a provider, until the test is over. */
export async function serveFastify(build: Build, app: FastifyInstance = Fastify()): Promise<FastifySite> {
  onTestFinished(() => app.close());
  const site = await serve(async (options, register) => {
    await build(app, options, register);
    await app.ready();
    return (request, response) => app.routing(request, response);
  });
  return { ...site, app };
}

export interface Differences {
  readonly before?: (app: FastifyInstance) => unknown;
  readonly after?: (app: FastifyInstance) => unknown;
  readonly server?: FastifyServerOptions;
  readonly options?: Partial<FastifyOptions>;
}

/** Serves the app of the README, and what a test adds to it. */
export function serveApp({
  before,
  after,
  server = {},
  options: changes = {},
}: Differences = {}): Promise<FastifySite> {
  return serveFastify(async (app, options) => {
    await before?.(app);
    await app.register(aihubmix, { ...options, ...changes });
    app.get('/private', { preHandler: app.aihubmix.requireLogin }, async (request) => request.aihubmix.user);
    await after?.(app);
  }, Fastify(server));
}

import type { RequestListener } from 'node:http';
import type { Aihubmix, AihubmixOptions } from '@aihubmix-auth/core';

/** The demo app in one framework, ready to be served. */
export interface DemoApp {
  readonly listener: RequestListener;
  /** The login inside: events, `endSessionsOf`. */
  readonly core: Aihubmix;
  close(): Promise<void>;
}

export interface DemoOptions extends AihubmixOptions {
  /** Carries the session id in the app's own session instead of in a cookie of the library's. */
  readonly useAppSession?: boolean;
}

/** What every file in `targets/` exports as `createApp`. */
export type CreateApp = (options: DemoOptions) => Promise<DemoApp>;

export const TARGETS = ['express', 'passport', 'koa', 'fastify', 'nest-express', 'nest-fastify'] as const;
export type Target = (typeof TARGETS)[number];

const LOADERS: Readonly<Record<Target, () => Promise<{ createApp: CreateApp }>>> = {
  express: () => import('./targets/express.js'),
  passport: () => import('./targets/passport.js'),
  koa: () => import('./targets/koa.js'),
  fastify: () => import('./targets/fastify.js'),
  'nest-express': () => import('./targets/nest-express.js'),
  'nest-fastify': () => import('./targets/nest-fastify.js'),
};

/** Loads the demo app of one target; the other frameworks stay unloaded. */
export async function loadTarget(target: Target): Promise<CreateApp> {
  return (await LOADERS[target]()).createApp;
}

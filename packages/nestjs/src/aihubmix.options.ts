import type { AihubmixOptions, MaybePromise } from '@aihubmix-auth/core';

/** What `forRoot` takes, and the factories of `forRootAsync` answer. */
export interface AihubmixModuleOptions extends AihubmixOptions {
  /**
   * Carries the session id in the session of the application instead of in a cookie of ours: of express-session on
   * platform-express, of @fastify/session on platform-fastify. Default `false`.
   */
  readonly useAppSession?: boolean;
}

/** What is said beside the options, also to `forRootAsync`: it must be known before any factory has run. */
export interface AihubmixModuleExtras {
  /** Makes the guard and the injectables available in every module. Default `false`. */
  isGlobal?: boolean;
  /** Tells two instances in one application apart: part of the injection tokens and of the cookie names. Default `aihubmix`. */
  name?: string;
}

/** For `useClass` and `useExisting` of `forRootAsync`. */
export interface AihubmixOptionsFactory {
  createAihubmixOptions(): MaybePromise<AihubmixModuleOptions>;
}

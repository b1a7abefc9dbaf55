import 'reflect-metadata';
import type { MockServer } from '@aihubmix-auth/mock-server';
import { type Browser, optionsFor as registered, serve } from '@aihubmix-auth/test-support';
import { ConsoleLogger, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { onTestFinished } from 'vitest';
import type { AihubmixModuleOptions } from '../index.js';

export const PLATFORMS = ['express', 'fastify'] as const;
export type Platform = (typeof PLATFORMS)[number];

/** `register` is there on platform-fastify only. */
type TestApplication = INestApplication & Partial<Pick<NestFastifyApplication, 'register'>>;

export interface Parts {
  /** What an application imports and declares. */
  readonly module: (options: AihubmixModuleOptions) => ModuleMetadata;
  /** What stands in `main.ts`, before `listen`. */
  readonly main?: (app: TestApplication) => unknown;
  readonly override?: (builder: TestingModuleBuilder) => unknown;
}

export interface RunningApp {
  readonly app: INestApplication;
  readonly provider: MockServer;
  readonly origin: string;
  visitor(): Browser;
}

const quiet = new ConsoleLogger({ logLevels: ['warn', 'error'] });

/** Options of an application that is registered with `provider` and talks to it without a network. */
export function optionsFor(provider: MockServer, basePath?: string): AihubmixModuleOptions {
  return { ...registered(provider, 'http://localhost:3000', basePath), fetch: provider.fetch };
}

/** Starts an application on a port of its own, until the test is over. */
export async function start(platform: Platform, parts: Parts): Promise<RunningApp> {
  let app: TestApplication | undefined;
  onTestFinished(() => app?.close());
  const { origin, mock, anotherBrowser } = await serve(async (options) => {
    const builder = Test.createTestingModule(parts.module(options));
    parts.override?.(builder);
    const testing = await builder.setLogger(quiet).compile();
    app =
      platform === 'fastify'
        ? testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter())
        : testing.createNestApplication();
    await parts.main?.(app);
    await app.init();
    const instance = app.getHttpAdapter().getInstance();
    if (platform === 'express') return instance;
    await instance.ready();
    return (request, response) => instance.routing(request, response);
  });
  if (app === undefined) throw new Error('nothing was built');
  return { app, provider: mock, origin, visitor: anotherBrowser };
}

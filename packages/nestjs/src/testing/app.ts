import 'reflect-metadata';
import { createMockServer, type MockServer } from '@aihubmix-auth/mock-server';
import { ConsoleLogger, type INestApplication, type ModuleMetadata } from '@nestjs/common';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { onTestFinished } from 'vitest';
import type { AihubmixModuleOptions } from '../index.js';
import { Visitor } from './visitor.js';

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
  visitor(): Visitor;
}

const quiet = new ConsoleLogger({ logLevels: ['warn', 'error'] });

/** Options of an application that is registered with `provider`. */
export function optionsFor(provider: MockServer, basePath = '/auth'): AihubmixModuleOptions {
  const redirectUri = `http://localhost:3000${basePath}/callback`;
  const { clientId, clientSecret } = provider.addApp({ redirectUris: [redirectUri] });
  const sessionSecret = 'of-a-test-and-at-least-32-characters-long';
  return { clientId, clientSecret, redirectUri, basePath, sessionSecret, fetch: provider.fetch };
}

/** Starts an application on a port of its own, until the test is over. */
export async function start(platform: Platform, parts: Parts): Promise<RunningApp> {
  const provider = createMockServer();
  const builder = Test.createTestingModule(parts.module(optionsFor(provider)));
  parts.override?.(builder);
  const testing = await builder.setLogger(quiet).compile();
  const app: TestApplication =
    platform === 'fastify'
      ? testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter())
      : testing.createNestApplication();
  await parts.main?.(app);
  await app.listen(0, 'localhost');
  onTestFinished(() => app.close());
  const base = await app.getUrl();
  return { app, provider, visitor: () => new Visitor(base, provider) };
}

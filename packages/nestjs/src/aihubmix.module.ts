import { type Aihubmix, ConfigurationError, createAihubmix } from '@aihubmix-auth/core';
import {
  ConfigurableModuleBuilder,
  type DynamicModule,
  Inject,
  Module,
  type NestModule,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core';
import { DEFAULT_NAME, getAihubmixToken, getRequestsToken } from './aihubmix.constants.js';
import { AihubmixGuard } from './aihubmix.guard.js';
import type { AihubmixModuleExtras, AihubmixModuleOptions } from './aihubmix.options.js';
import { AihubmixRequests } from './aihubmix.requests.js';
import { AihubmixErrorInterceptor } from './aihubmix-error.interceptor.js';
import { mountRoutes } from './mount.js';

const { ConfigurableModuleClass, MODULE_OPTIONS_TOKEN } =
  new ConfigurableModuleBuilder<AihubmixModuleOptions>()
    .setClassMethodName('forRoot')
    .setFactoryMethodName('createAihubmixOptions')
    .setExtras<AihubmixModuleExtras>({ isGlobal: false, name: DEFAULT_NAME }, withInstance)
    .build();

function withInstance(
  definition: DynamicModule,
  { isGlobal = false, name = DEFAULT_NAME }: AihubmixModuleExtras,
): DynamicModule {
  const token = getAihubmixToken(name);
  const requestsToken = getRequestsToken(name);
  const guard = AihubmixGuard.for(name);
  return {
    ...definition,
    global: isGlobal,
    providers: [
      ...(definition.providers ?? []),
      {
        provide: token,
        inject: [MODULE_OPTIONS_TOKEN],
        useFactory: (options: AihubmixModuleOptions) => createInstance(options, name),
      },
      {
        provide: requestsToken,
        inject: [token, MODULE_OPTIONS_TOKEN],
        useFactory: (core: Aihubmix, { useAppSession = false }: AihubmixModuleOptions) =>
          new AihubmixRequests(core, useAppSession),
      },
      { provide: AihubmixRequests, useExisting: requestsToken },
      { provide: APP_INTERCEPTOR, useClass: AihubmixErrorInterceptor },
      guard,
    ],
    exports: [...(definition.exports ?? []), token, requestsToken, guard],
  };
}

function createInstance({ useAppSession: _, ...options }: AihubmixModuleOptions, name: string): Aihubmix {
  if (options.name !== undefined && options.name !== name) {
    throw new ConfigurationError([
      `"name" must be given to forRootAsync itself and not by its factory: the injection tokens depend on it.`,
    ]);
  }
  return createAihubmix({ ...options, name });
}

/**
 * Logs users in with AIHubMix: `imports: [AihubmixModule.forRoot(options)]`. Answers the routes below `basePath`, on
 * platform-express and platform-fastify, and provides `AihubmixGuard`.
 *
 * The application does not start, with a `ConfigurationError`, when the options cannot work.
 */
@Module({})
export class AihubmixModule extends ConfigurableModuleClass implements NestModule, OnApplicationShutdown {
  readonly #requests: AihubmixRequests;
  readonly #host: HttpAdapterHost;

  constructor(
    @Inject(AihubmixRequests) requests: AihubmixRequests,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
  ) {
    super();
    this.#requests = requests;
    this.#host = host;
  }

  /** Where Nest registers middleware: after what `main.ts` has put in front, before all controllers. */
  configure(): void {
    mountRoutes(this.#host.httpAdapter, this.#requests);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#requests.core.close();
  }
}

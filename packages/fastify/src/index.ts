import {
  type Account,
  type Aihubmix,
  type AihubmixOptions,
  type AuthRequest,
  ConfigurationError,
  createAihubmix,
} from '@aihubmix-auth/core';
import { appSessionCarrier, toAuthRequest } from '@aihubmix-auth/core/node';
import type {
  FastifyInstance,
  FastifyPluginAsync,
  FastifyReply,
  FastifyRequest,
  RegisterOptions,
} from 'fastify';
import fp from 'fastify-plugin';
import { LoginNotRequired } from './errors.js';
import { loginRoutes } from './routes.js';
import { addHeaders, sendResponse } from './send.js';

export type { Account, AihubmixOptions, Balance, User } from '@aihubmix-auth/core';
export { AihubmixError, ConfigurationError, optionsFromEnv } from '@aihubmix-auth/core';

declare module 'fastify' {
  interface FastifyInstance {
    /** The login of the instance named `aihubmix`, which is the default. */
    aihubmix: FastifyAihubmix;
  }
  interface FastifyRequest {
    /**
     * Who is logged in, behind `requireLogin`. Elsewhere ask `app.aihubmix.account(request)`.
     *
     * @throws FastifyError `FST_AIHUBMIX_LOGIN_NOT_REQUIRED` when no `requireLogin` has run.
     */
    readonly aihubmix: Account;
  }
}

export interface FastifyOptions extends AihubmixOptions {
  /** Carries the session id in `request.session` of @fastify/session instead of in a cookie of ours. Default `false`. */
  readonly useAppSession?: boolean;
}

/** What the plugin decorates the app with, under the option `name`. */
export interface FastifyAihubmix {
  /** A `preHandler` (or any other hook) that lets logged-in users pass, with their account in `request.aihubmix`. */
  readonly requireLogin: (request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply | undefined>;
  /**
   * The account, or `null` when nobody is logged in: for pages that show both.
   *
   * @throws AihubmixError `store_unavailable`
   */
  account(request: FastifyRequest): Promise<Account | null>;
  /** The login itself: events, `endSessionsOf`. It is closed with the app. */
  readonly core: Aihubmix;
}

/**
 * Logs users in with AIHubMix: `await app.register(aihubmix, options);`
 *
 * Decorates the app and its requests under the option `name`. The routes are where `basePath` says.
 *
 * @throws ConfigurationError with one sentence per mistake in the options.
 */
export const aihubmix: FastifyPluginAsync<FastifyOptions> = fp(plugin, {
  fastify: '5.x',
  name: '@aihubmix-auth/fastify',
});

async function plugin(app: FastifyInstance, given: FastifyOptions & RegisterOptions): Promise<void> {
  const { useAppSession = false, prefix, logLevel: _, logSerializers: __, ...options } = given;
  demandUsable(app, prefix, useAppSession);
  const core = createAihubmix(options);
  const { name } = core;
  const accounts = new WeakMap<FastifyRequest, Account>();
  const requestOf = (request: FastifyRequest): AuthRequest =>
    toAuthRequest(request.raw, useAppSession ? appSessionCarrier(request, name) : undefined);

  const isOthers = (request: FastifyRequest) => !core.concerns(request.originalUrl);
  // A route of ours answers by itself, unless Fastify does not route the method at all.
  const isRouted = (request: FastifyRequest) =>
    !request.is404 && core.routeOf(request.originalUrl) !== undefined;

  const login: FastifyAihubmix = {
    async requireLogin(request, reply) {
      const admission = await core.guard(requestOf(request));
      if (!admission.admitted) return sendResponse(reply, admission.response);
      accounts.set(request, admission.account);
      return undefined;
    },
    account: (request) => core.account(requestOf(request)),
    core,
  };

  app.decorate(name, login);
  app.decorateRequest(name, {
    getter() {
      const account = accounts.get(this);
      if (account === undefined) throw new LoginNotRequired(name, name, name);
      return account;
    },
  });
  app.addHook('onRequest', (request, reply, done) => {
    if (isOthers(request) || isRouted(request)) return done();
    core.handle(requestOf(request)).then((outcome) => {
      if (outcome.handled) return sendResponse(reply, outcome.response);
      addHeaders(reply, outcome.headers);
      done();
    }, done);
  });
  app.addHook('onClose', () => core.close());
  await app.register(loginRoutes(core, requestOf));
}

function demandUsable(app: FastifyInstance, prefix: string | undefined, useAppSession: boolean): void {
  const mistakes: string[] = [];
  if (prefix !== undefined)
    mistakes.push('prefix has no effect on this plugin: say with basePath where its routes are.');
  if (useAppSession && !app.hasRequestDecorator('session'))
    mistakes.push('useAppSession needs @fastify/session: register it before this plugin.');
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
}

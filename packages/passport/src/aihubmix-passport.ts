import type { Account, Aihubmix } from '@aihubmix-auth/core';
import { createMiddleware, toAuthRequest } from '@aihubmix-auth/core/node';
import type { Request, RequestHandler } from 'express';
import type { Strategy as AnyStrategy } from 'passport';
import { admit } from './guard.js';
import type { StrategyOptions } from './options.js';
import { answerWithPassport } from './routes.js';
import { Strategy } from './strategy.js';

/** Middleware that answers the routes below `basePath`, and what belongs to it. */
export interface PassportAihubmix extends RequestHandler {
  /**
   * Lets logged-in users pass, with their account in `request.aihubmix` and the application's user in `request.user`.
   * Our session decides; a Passport login that outlived it is ended.
   */
  readonly requireLogin: RequestHandler;
  /**
   * The account, or `null` when nobody is logged in: for pages that show both.
   *
   * @throws AihubmixError `store_unavailable`
   */
  account(request: Request): Promise<Account | null>;
  /** The login itself: events, `endSessionsOf`, `close`. */
  readonly core: Aihubmix;
  readonly strategy: Strategy;
}

/**
 * The whole login for an app with express-session and Passport, in this order:
 *
 * ```ts
 * app.use(session({ … }), passport.session());
 * app.use(aihubmixPassport(passport, options));
 * ```
 *
 * @param strategy options of the strategy, or one that is made already, as of a subclass.
 * @throws ConfigurationError with one sentence per mistake in the options.
 */
export function aihubmixPassport(
  passport: { use(strategy: AnyStrategy): unknown },
  strategy: StrategyOptions | Strategy,
): PassportAihubmix {
  const used = strategy instanceof Strategy ? strategy : new Strategy(strategy);
  passport.use(used);
  const { core } = used;
  const others = createMiddleware(core, (request) => used.carrierOf(request));

  const handler: RequestHandler = (request, response, next) => {
    const answered = answerWithPassport(used, request, response);
    if (answered === undefined) others(request, response, next);
    else answered.catch(next);
  };
  const requireLogin: RequestHandler = (request, response, next) => {
    admit(used, request, response).then((admitted) => admitted && next(), next);
  };
  return Object.assign(handler, {
    requireLogin,
    account: (request: Request) => core.account(toAuthRequest(request, used.carrierOf(request))),
    core,
    strategy: used,
  });
}

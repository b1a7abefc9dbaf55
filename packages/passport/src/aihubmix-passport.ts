import type { Account, Aihubmix } from '@aihubmix-auth/core';
import { sendResponse, writeHeaders } from '@aihubmix-auth/core/node';
import type { Request, RequestHandler } from 'express';
import type { Strategy as AnyStrategy } from 'passport';
import { admit } from './guard.js';
import type { StrategyOptions } from './options.js';
import { answer } from './routes.js';
import { Strategy } from './strategy.js';

/** Middleware that answers the routes below `basePath`, and what belongs to it. */
export interface PassportAihubmix extends RequestHandler {
  /**
   * Lets logged-in users pass, with their account in `request.aihubmix`, and in `request.user` the account's user or the
   * one that `verify` made. Our session decides; a Passport login that outlived it is ended.
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
 * The whole login for an app with Passport: `app.use(aihubmixPassport(passport, options))`. Nothing is kept in
 * `req.session`, unless a `verify` makes users of the application's own; then it comes after express-session and
 * `passport.session()`, and Passport keeps them there.
 *
 * @param strategy options of the strategy, or one that is made already, as of a subclass.
 * @throws ConfigurationError with one sentence per mistake in the options.
 */
export function aihubmixPassport(
  passport: {
    use(strategy: AnyStrategy): unknown;
    initialize(options: { compat: boolean }): RequestHandler;
  },
  strategy: StrategyOptions | Strategy,
): PassportAihubmix {
  const used = strategy instanceof Strategy ? strategy : new Strategy(strategy);
  passport.use(used);
  const { core } = used;
  const initialize = passport.initialize({ compat: false });

  const handler: RequestHandler = (request, response, next) => {
    if (!core.concerns(request.originalUrl)) return next();
    answer(used, request)
      .then((outcome) => {
        if (outcome.handled) return sendResponse(response, outcome.response);
        writeHeaders(response, outcome.headers);
        next();
      })
      .catch(next);
  };
  const requireLogin: RequestHandler = (request, response, next) => {
    admit(used, request, response).then((account) => {
      if (account === undefined) return;
      request.aihubmix = account;
      if (used.verifies) return next();
      initialize(request, response, () => request.logIn(account.user, { session: false }, next));
    }, next);
  };
  return Object.assign(handler, {
    requireLogin,
    account: (request: Request) => core.account(used.authRequestOf(request)),
    core,
    strategy: used,
  });
}

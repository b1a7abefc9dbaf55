import { type Account, type Aihubmix, type AihubmixOptions, createAihubmix } from '@aihubmix-auth/core';
import { appSessionCarrier, createMiddleware, requireAccount, toAuthRequest } from '@aihubmix-auth/core/node';
import type { Request, RequestHandler } from 'express';

export type { Account, AihubmixOptions, Balance, User } from '@aihubmix-auth/core';
export { AihubmixError, ConfigurationError, optionsFromEnv } from '@aihubmix-auth/core';

declare global {
  namespace Express {
    interface Request {
      /** Who is logged in, behind `requireLogin`. Elsewhere ask `auth.account(request)`. */
      aihubmix: Account;
    }
  }
}

export interface ExpressOptions extends AihubmixOptions {
  /** Carries the session id in `req.session` of express-session instead of in a cookie of ours. Default `false`. */
  readonly useAppSession?: boolean;
}

/** Middleware that answers the routes below `basePath`, and what belongs to it. */
export interface ExpressAihubmix extends RequestHandler {
  /** Lets logged-in users pass, with their account in `request.aihubmix`. */
  readonly requireLogin: RequestHandler;
  /**
   * The account, or `null` when nobody is logged in: for pages that show both.
   *
   * @throws AihubmixError `store_unavailable`
   */
  account(request: Request): Promise<Account | null>;
  /** The login itself: events, `endSessionsOf`, `close`. */
  readonly core: Aihubmix;
}

/**
 * Logs users in with AIHubMix: `const auth = aihubmix(options); app.use(auth);`
 *
 * @throws ConfigurationError with one sentence per mistake in the options.
 */
export function aihubmix({ useAppSession = false, ...options }: ExpressOptions): ExpressAihubmix {
  const core = createAihubmix(options);
  const carrierOf = (request: object) => (useAppSession ? appSessionCarrier(request, core.name) : undefined);
  const routes = createMiddleware(core, carrierOf);

  const requireLogin: RequestHandler = (request, response, next) => {
    requireAccount(core, toAuthRequest(request, carrierOf(request)), response).then((account) => {
      if (account === undefined) return;
      request.aihubmix = account;
      next();
    }, next);
  };

  const handler: RequestHandler = (request, response, next) => routes(request, response, next);
  return Object.assign(handler, {
    requireLogin,
    account: (request: Request) => core.account(toAuthRequest(request, carrierOf(request))),
    core,
  });
}

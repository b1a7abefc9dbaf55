import type { Account, AihubmixError } from '@aihubmix-auth/core';

/** What a login that worked gives beside the user: `info` of a custom callback, and `req.authInfo`. */
export interface LoginInfo {
  /** Where the user wanted to go. Checked: it may be redirected to as it is. */
  readonly returnTo: string;
  readonly account: Account;
  /** The granted scopes, separated by spaces. */
  readonly scope: string;
}

declare global {
  namespace Express {
    interface Request {
      /** Who is logged in, behind `requireLogin`. Elsewhere ask `auth.account(request)`. */
      aihubmix: Account;
    }
    interface AuthInfo extends Partial<LoginInfo> {
      /** Why the login failed; for error handlers after `failWithError`. */
      error?: AihubmixError;
    }
  }
}

declare module 'passport' {
  interface AuthenticateOptions {
    /** Where a login by AIHubMix ends. Default: `returnTo` of the query. */
    returnTo?: string | undefined;
  }
}

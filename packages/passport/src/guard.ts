import type { Account, SessionCarrier } from '@aihubmix-auth/core';
import { sendResponse } from '@aihubmix-auth/core/node';
import type { Request, Response } from 'express';
import { isLoggedIn, leave, markOf } from './login-session.js';
import type { Strategy } from './strategy.js';

/** Puts the account on the request and answers it; or answers the request, and then `undefined`. */
export async function admit(
  strategy: Strategy,
  request: Request,
  response: Response,
): Promise<Account | undefined> {
  const { core } = strategy;
  const authRequest = strategy.authRequestOf(request);
  let admission = await core.guard(authRequest);
  if (admission.admitted && !isPaired(strategy, request, admission.account)) {
    admission = await core.guard({ ...authRequest, carrier: NOBODY });
  }
  if (admission.admitted) return admission.account;
  const over = admission.error.code === 'unauthenticated' && markOf(request, core.name) !== undefined;
  if (over && isLoggedIn(request)) await leave(request, core.name).catch(() => {});
  sendResponse(response, admission.response);
  return undefined;
}

const NOBODY: SessionCarrier = { read: () => undefined, begin: async () => {}, end: async () => {} };

/** Whether Passport's user, where a `verify` makes it, was made of this account. */
function isPaired(strategy: Strategy, request: Request, account: Account): boolean {
  if (!strategy.verifies) return true;
  const mark = strategy.useAppSession ? undefined : markOf(request, strategy.name);
  // A classic `passport.authenticate` leaves no mark.
  return isLoggedIn(request) && (mark === undefined || mark === account.user.id);
}

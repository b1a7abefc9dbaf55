import type { Account, AuthRequest, AuthResponse } from '@aihubmix-auth/core';
import { sendResponse, toAuthRequest } from '@aihubmix-auth/core/node';
import type { Request, Response } from 'express';
import { logOut, markOf } from './login-session.js';
import type { Strategy } from './strategy.js';

/** Puts account and user on the request and answers `true`; or answers the request, and then `false`. */
export async function admit(strategy: Strategy, request: Request, response: Response): Promise<boolean> {
  const authRequest = toAuthRequest(request, strategy.carrierOf(request));
  let admission = await strategy.core.guard(authRequest);
  if (admission.admitted) {
    const user = userOf(strategy, request, admission.account);
    if (user !== undefined) {
      request.aihubmix = admission.account;
      request.user = user;
      return true;
    }
    admission = await strategy.core.guard(withoutSession(authRequest));
  }
  if (admission.admitted) return false;
  await endLeftover(strategy, request, admission.response);
  sendResponse(response, admission.response);
  return false;
}

/** A Passport login of ours must not outlive the session that it belongs to; a store that is down ends nothing. */
async function endLeftover(strategy: Strategy, request: Request, refusal: AuthResponse): Promise<void> {
  if (refusal.status >= 500 || markOf(request, strategy.name) === undefined) return;
  await logOut(request).catch(() => {});
}

/** The application's user where a `verify` made one, and made it of this account; else the account's. */
function userOf(strategy: Strategy, request: Request, account: Account): Express.User | undefined {
  if (!strategy.verifies) return account.user;
  const marked = markOf(request, strategy.name);
  const inAppSession = strategy.carrierOf(request) !== undefined;
  const paired = inAppSession || marked === undefined || marked === account.user.id;
  return paired ? (request.user ?? undefined) : undefined;
}

function withoutSession(request: AuthRequest): AuthRequest {
  return {
    ...request,
    carrier: undefined,
    header: (name) => (name === 'cookie' ? undefined : request.header(name)),
  };
}

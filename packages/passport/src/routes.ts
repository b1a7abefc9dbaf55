import {
  AihubmixError,
  type AuthRequest,
  type AuthResponse,
  type Outcome,
  type PendingLogin,
} from '@aihubmix-auth/core';
import type { Request } from 'express';
import { enter, isLoggedIn, leave } from './login-session.js';
import { isIdle, type Strategy } from './strategy.js';

/** The core's answer, with the strategy's hooks; where a `verify` makes users, Passport's login begins and ends with ours. */
export async function answer(strategy: Strategy, request: Request): Promise<Outcome> {
  const { core, verifies } = strategy;
  const authRequest = strategy.authRequestOf(request);
  const route = core.routeOf(authRequest.url);
  if (route === 'callback' && verifies && request.method === 'GET' && !isIdle(authRequest)) {
    return { handled: true, response: await callback(strategy, request, authRequest) };
  }
  const outcome = await core.handle(authRequest, strategy.choices());
  return route === 'logout' ? logout(strategy, request, authRequest, outcome) : outcome;
}

/**
 * Our session and the application's begin, saved, before the answer is sent; or neither. Where ours is carried in the
 * application's, that is the last step; else the application's remembers whose it is.
 */
async function callback(strategy: Strategy, request: Request, plain: AuthRequest): Promise<AuthResponse> {
  const { core } = strategy;
  const { carrier } = plain;
  let user: Express.User | undefined;
  let entered = false;
  const begin = async (mark: string) => {
    if (user === undefined) return;
    await enter(request, user, core.name, mark);
    entered = true;
  };
  const approve = async (login: PendingLogin) => {
    ({ user } = await strategy.verdictOn(login, request));
    if (carrier === undefined) await begin(login.user.id);
  };
  const authRequest = { ...plain, carrier: carrier && { ...carrier, begin } };
  const result = await core.login.finish(authRequest, strategy.choices({}, approve).callback);
  if (entered && !result.ok) await leave(request, core.name).catch(() => {});
  return core.login.present(authRequest, result);
}

/** Ends Passport's login too; an application's session that stays is an error, whoever asks. */
async function logout(
  { core }: Strategy,
  request: Request,
  authRequest: AuthRequest,
  outcome: Outcome,
): Promise<Outcome> {
  if (!outcome.handled || outcome.response.status >= 400 || !isLoggedIn(request)) return outcome;
  try {
    await leave(request, core.name);
    return outcome;
  } catch (error) {
    if (!(error instanceof AihubmixError)) throw error;
    const headers = outcome.response.headers.filter(([name]) => name === 'set-cookie');
    const jsonClient = { ...authRequest, header: () => 'application/json' };
    const failed = { ok: false, error, login: undefined, headers } as const;
    return { handled: true, response: await core.login.present(jsonClient, failed) };
  }
}

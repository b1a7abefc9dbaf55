import { AihubmixError, type AuthRequest, type AuthResponse, type RouteName } from '@aihubmix-auth/core';
import { sendResponse, toAuthRequest } from '@aihubmix-auth/core/node';
import type { Request, Response } from 'express';
import { logIn, logOut, mark } from './login-session.js';
import type { Enter, Strategy } from './strategy.js';
import { isPrefetch } from './translate.js';

type Answer = (strategy: Strategy, request: Request, authRequest: AuthRequest) => Promise<AuthResponse>;

/** The routes where Passport has a say. The core answers all others, and these by another method. */
const OURS: Partial<Record<RouteName, readonly [method: string, answer: Answer]>> = {
  login: ['GET', (strategy, request) => strategy.begin(request)],
  callback: ['GET', callback],
  logout: ['POST', logout],
};

/** Answers a request to a route where Passport has a say; `undefined` leaves it to the core. */
export function answerWithPassport(
  strategy: Strategy,
  request: Request,
  response: Response,
): Promise<void> | undefined {
  const route = strategy.core.routeOf(request.originalUrl);
  const [method, answer] = (route && OURS[route]) ?? [];
  if (answer === undefined || method !== request.method) return undefined;
  const authRequest = toAuthRequest(request, strategy.carrierOf(request));
  if (isPrefetch(authRequest)) return undefined;
  return answer(strategy, request, authRequest).then((answered) => sendResponse(response, answered));
}

/** Both sessions begin, saved, before the answer is sent; or neither. */
async function callback(
  strategy: Strategy,
  request: Request,
  authRequest: AuthRequest,
): Promise<AuthResponse> {
  const inAppSession = authRequest.carrier !== undefined;
  let entered = false;
  const enter: Enter = async (user, login) => {
    await logIn(request, user, inAppSession);
    entered = true;
    if (!inAppSession) await mark(request, strategy.name, login.user.id);
  };
  const { result } = await strategy.finish(request, {}, enter);
  if (entered && !result.ok) await logOut(request).catch(() => {});
  return strategy.core.login.present(authRequest, result);
}

async function logout({ core }: Strategy, request: Request, authRequest: AuthRequest): Promise<AuthResponse> {
  const outcome = await core.handle(authRequest);
  if (!outcome.handled) throw new AihubmixError('server_error', 'The logout route is not one of the core.');
  const { response } = outcome;
  const ended = authRequest.carrier !== undefined || !isLoggedIn(request);
  if (response.status >= 400 || ended) return response;
  try {
    await logOut(request);
    return response;
  } catch (thrown) {
    if (!(thrown instanceof AihubmixError)) throw thrown;
    const headers = response.headers.filter(([name]) => name === 'set-cookie');
    return core.login.present(asJsonClient(authRequest), {
      ok: false,
      error: thrown,
      login: undefined,
      headers,
    });
  }
}

function isLoggedIn(request: Request): boolean {
  return typeof request.isAuthenticated === 'function' && request.isAuthenticated();
}

/** An error at logout is answered as JSON, whoever asks. */
function asJsonClient(request: AuthRequest): AuthRequest {
  return { ...request, header: (name) => (name === 'accept' ? 'application/json' : request.header(name)) };
}

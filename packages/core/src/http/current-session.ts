import type { MaybePromise } from '../async.js';
import { AihubmixError } from '../errors.js';
import { cookieValue } from '../session/cookies.js';
import type { LiveSession } from '../session/sessions.js';
import type { HttpContext } from './context.js';
import type { AuthRequest, HeaderList } from './messages.js';

/** The session of a request, if it has one. This is the hot path: one cookie scan, one hash, one read of the store. */
export function currentSession(
  context: HttpContext,
  request: AuthRequest,
): MaybePromise<LiveSession | undefined> {
  const id = request.carrier
    ? request.carrier.read()
    : cookieValue(request.header('cookie'), context.sessionCookie);
  return context.sessions.find(id);
}

/** @throws AihubmixError `unauthenticated` */
export async function demandSession(context: HttpContext, request: AuthRequest): Promise<LiveSession> {
  const session = await currentSession(context, request);
  if (session === undefined) throw notLoggedIn();
  return session;
}

export function notLoggedIn(): AihubmixError {
  return new AihubmixError(
    'unauthenticated',
    'Nobody is logged in here: there is no session, or it is over.',
  );
}

/** Lets the browser, or the application's own session, hold the id of a new session. */
export async function handOver(context: HttpContext, request: AuthRequest, id: string): Promise<HeaderList> {
  if (request.carrier) {
    await request.carrier.begin(id);
    return [];
  }
  return [['set-cookie', context.cookies.set(context.sessionCookie, id, context.config.sessionMaxAge)]];
}

/** Takes the id of a session that is over away again. */
export async function takeBack(context: HttpContext, request: AuthRequest): Promise<HeaderList> {
  if (request.carrier) {
    await request.carrier.end();
    return [];
  }
  return [['set-cookie', context.cookies.clear(context.sessionCookie)]];
}

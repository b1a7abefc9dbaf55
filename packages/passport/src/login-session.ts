import { AihubmixError } from '@aihubmix-auth/core';
import { appSessionCarrier } from '@aihubmix-auth/core/node';
import type { Request } from 'express';

/** Whether Passport knows a user. */
export function isLoggedIn(request: Request): boolean {
  return typeof request.isAuthenticated === 'function' && request.isAuthenticated();
}

/**
 * Begins a new session of the application, which Passport's user and our mark share; settles once it is saved. When it
 * throws there is none.
 */
export async function enter(request: Request, user: Express.User, name: string, mark: string): Promise<void> {
  if (!('session' in request) || typeof request.logIn !== 'function') {
    throw new AihubmixError(
      'server_error',
      'A "verify" makes users that Passport keeps in a session: register express-session and passport.session() before aihubmix-auth.',
    );
  }
  try {
    await appSessionCarrier(request, name).begin(mark);
    await new Promise<void>((resolve, reject) => {
      const done = (error: unknown) => (error ? reject(error) : resolve());
      request.logIn(user, { session: true, keepSessionInfo: true }, done);
    });
  } catch (error) {
    await leave(request, name).catch(() => {});
    if (error instanceof AihubmixError) throw error;
    throw new AihubmixError(
      'store_unavailable',
      "The application's user could not be saved (express-session or passport.serializeUser).",
      { cause: error },
    );
  }
}

/** What `enter`, or the carrier of our session id, left in the application's session. */
export function markOf(request: Request, name: string): unknown {
  const session: unknown = Reflect.get(request, 'session');
  return typeof session === 'object' && session !== null ? Reflect.get(session, name) : undefined;
}

/** Ends the application's session, and Passport's login with it. @throws AihubmixError `store_unavailable` */
export async function leave(request: Request, name: string): Promise<void> {
  if ('session' in request) await appSessionCarrier(request, name).end();
}

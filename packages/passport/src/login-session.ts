import { AihubmixError } from '@aihubmix-auth/core';
import type { Request } from 'express';

type Done = (error?: unknown) => void;

/** Begins Passport's login session, with a new id, and settles once it is saved. */
export async function logIn(request: Request, user: Express.User, keepSessionInfo: boolean): Promise<void> {
  if (!('session' in request) || typeof request.logIn !== 'function') {
    throw new AihubmixError(
      'server_error',
      'Passport keeps its users in a session: register express-session and passport.session() before aihubmix-auth.',
    );
  }
  await settled((done) => request.logIn(user, { session: true, keepSessionInfo }, done));
}

/** Ends Passport's login session; settles once that is saved. */
export function logOut(request: Request): Promise<void> {
  return settled((done) => request.logOut(done));
}

/** Remembers in the application's session which of our users its Passport user belongs to. */
export async function mark(request: Request, name: string, userId: string): Promise<void> {
  const session = sessionOf(request);
  if (session === undefined) return;
  Reflect.set(session, name, userId);
  await settled((done) => Reflect.apply(Reflect.get(session, 'save'), session, [done]));
}

/** What `mark`, or the carrier of our session id, left in the application's session. */
export function markOf(request: Request, name: string): string | undefined {
  const session = sessionOf(request);
  const value: unknown = session && Reflect.get(session, name);
  return typeof value === 'string' ? value : undefined;
}

function sessionOf(request: Request): object | undefined {
  const session: unknown = Reflect.get(request, 'session');
  return typeof session === 'object' && session !== null ? session : undefined;
}

/** The outcome of a callback-style operation on the application's session. */
function settled(operation: (done: Done) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    operation((error) => {
      if (error === undefined || error === null) resolve();
      else
        reject(
          new AihubmixError(
            'store_unavailable',
            "The application's own session could not be saved (express-session or passport.serializeUser).",
            { cause: error },
          ),
        );
    });
  });
}

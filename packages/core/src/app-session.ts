import { AihubmixError } from './errors.js';
import type { SessionCarrier } from './http/session-carrier.js';

type Done = (error?: unknown) => void;

/** What express-session and @fastify/session have in common. */
interface AppSession {
  regenerate(done: Done): unknown;
  save(done: Done): unknown;
  destroy(done: Done): unknown;
}

/**
 * Carries the session id in `request.session` of express-session or @fastify/session. A login regenerates that session,
 * so nothing that was planted in it before survives; a logout destroys it.
 *
 * @param name the instance's name: the property that holds the id.
 */
export function appSessionCarrier(request: object, name: string): SessionCarrier {
  return {
    read() {
      const id: unknown = Reflect.get(sessionOf(request), name);
      return typeof id === 'string' ? id : undefined;
    },
    async begin(id) {
      await settled((done) => sessionOf(request).regenerate(done));
      const session = sessionOf(request);
      Reflect.set(session, name, id);
      try {
        await settled((done) => session.save(done));
      } catch (error) {
        // It would be saved once more when the answer is sent, and log in whom we have just told that it did not work.
        Reflect.deleteProperty(session, name);
        throw error;
      }
    },
    end: () => settled((done) => sessionOf(request).destroy(done)),
  };
}

function sessionOf(request: object): AppSession {
  const session: unknown = Reflect.get(request, 'session');
  if (typeof session === 'object' && session !== null && 'regenerate' in session)
    return session as AppSession;
  throw new AihubmixError(
    'server_error',
    'The option "useAppSession" needs a session of the application: register express-session (or @fastify/session) before aihubmix-auth.',
  );
}

/** The outcome of a callback-style operation; a failing session store of the application is a store that is down. */
function settled(operation: (done: Done) => unknown): Promise<void> {
  return new Promise((resolve, reject) => {
    operation((error) => {
      if (error === undefined || error === null) resolve();
      else
        reject(
          new AihubmixError('store_unavailable', "The application's own session could not be saved.", {
            cause: error,
          }),
        );
    });
  });
}

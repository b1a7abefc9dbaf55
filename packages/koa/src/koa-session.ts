import { AihubmixError, type SessionCarrier } from '@aihubmix-auth/core';

/** What koa-session puts behind `ctx.session`. */
interface KoaSession {
  regenerate(): Promise<void>;
  manuallyCommit(): Promise<void>;
}

/**
 * Carries the session id in `ctx.session` of koa-session, in a cookie or in a store of its own. Every write is made at
 * once, so it needs no `autoCommit` and its failure is answered.
 *
 * @param name the instance's name: the property that holds the id.
 */
export function koaSessionCarrier(ctx: object, name: string): SessionCarrier {
  return {
    read() {
      const session = sessionOf(ctx);
      const id: unknown = session === null ? undefined : Reflect.get(session, name);
      return typeof id === 'string' ? id : undefined;
    },
    async begin(id) {
      // koa-session regenerates the key alone, so what the session held before is replaced first.
      Reflect.set(ctx, 'session', { [name]: id });
      await saved(sessionOf(ctx)?.regenerate());
    },
    async end() {
      const session = sessionOf(ctx);
      Reflect.set(ctx, 'session', null);
      await saved(session?.manuallyCommit());
    },
  };
}

/** `null` once the application has ended it. */
function sessionOf(ctx: object): KoaSession | null {
  const session: unknown = Reflect.get(ctx, 'session');
  if (session === null) return null;
  if (typeof session === 'object' && 'regenerate' in session) return session as KoaSession;
  throw new AihubmixError(
    'server_error',
    'The option "useAppSession" needs a session of the application: use koa-session before aihubmix-auth.',
  );
}

async function saved(write: Promise<void> | undefined): Promise<void> {
  try {
    await write;
  } catch (cause) {
    throw new AihubmixError('store_unavailable', "The application's own session could not be saved.", {
      cause,
    });
  }
}

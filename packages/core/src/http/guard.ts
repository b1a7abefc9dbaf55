import type { MaybePromise } from '../async.js';
import type { AihubmixError } from '../errors.js';
import { safeReturnTo } from '../return-to.js';
import type { Account } from '../session/account.js';
import type { LiveSession } from '../session/sessions.js';
import { isBrowserNavigation } from './accept.js';
import type { HttpContext } from './context.js';
import { currentSession, notLoggedIn } from './current-session.js';
import type { AuthRequest, AuthResponse } from './messages.js';
import { asAihubmixError, errorAnswer, redirect } from './respond.js';

/** Who may pass a guard, or what to answer instead. */
export type Admission =
  | { readonly admitted: true; readonly account: Account }
  | {
      readonly admitted: false;
      /** Why: `unauthenticated`, or what is wrong with the store. */
      readonly error: AihubmixError;
      /** The contract's answer: a redirect to the login, or the error as JSON. */
      readonly response: AuthResponse;
    };

/**
 * `requireLogin` of every adapter. Without a session a browser navigation is sent to the login, with the current path
 * and query as `returnTo`; any other request gets 401. Answers at once where the store does.
 */
export function guard(context: HttpContext, request: AuthRequest): MaybePromise<Admission> {
  try {
    const session = currentSession(context, request);
    if (!(session instanceof Promise)) return admit(context, request, session);
    return session.then(
      (found) => admit(context, request, found),
      (error: unknown) => fault(context, error),
    );
  } catch (error) {
    return fault(context, error);
  }
}

function admit(context: HttpContext, request: AuthRequest, session: LiveSession | undefined): Admission {
  if (session !== undefined) return { admitted: true, account: context.accountOf(session) };
  const error = notLoggedIn();
  return { admitted: false, error, response: toLogin(context, request) ?? errorAnswer(error) };
}

function fault(context: HttpContext, thrown: unknown): Admission {
  const error = asAihubmixError(thrown);
  context.events.emit('fault', { error });
  return { admitted: false, error, response: errorAnswer(error) };
}

/** Where a person's browser is sent; anybody else is told. */
function toLogin({ config }: HttpContext, request: AuthRequest): AuthResponse | undefined {
  const { login } = config.paths;
  if (login === undefined || !isBrowserNavigation(request)) return undefined;
  const here = safeReturnTo(request.url, config.returnTo);
  return redirect(302, here === undefined ? login : `${login}?returnTo=${encodeURIComponent(here)}`);
}

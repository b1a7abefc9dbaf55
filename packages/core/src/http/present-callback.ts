import { isBrowserNavigation, isJsonClient } from './accept.js';
import type { CallbackResult } from './callback.js';
import type { HttpContext } from './context.js';
import { currentSession } from './current-session.js';
import type { AuthRequest, AuthResponse } from './messages.js';
import { popupPage } from './popup.js';
import { errorAnswer, isFault, redirect, withError } from './respond.js';

/** The answer to a callback: a redirect, the popup's page, or an error in the form that the client reads. */
export async function presentCallback(
  context: HttpContext,
  request: AuthRequest,
  result: CallbackResult,
): Promise<AuthResponse> {
  const { config } = context;
  const origin = result.login?.popupOrigin;
  if (result.ok) {
    const next = result.login.returnTo;
    return origin === undefined
      ? redirect(303, next, result.headers)
      : popupPage({ origin, next }, result.headers);
  }
  const { error, headers } = result;
  if (isFault(error)) context.events.emit('fault', { error });
  if (isJsonClient(request)) return errorAnswer(error, headers);
  // The back button, a double click, somebody's link: whoever is logged in is where they wanted to be.
  const stray = error.code === 'invalid_state' && isBrowserNavigation(request);
  if (stray && (await hasSession(context, request))) return redirect(303, config.returnTo.fallback);
  const next = withError(config.errorPath, error.code);
  return origin === undefined
    ? redirect(303, next, headers)
    : popupPage({ origin, error: error.code, next }, headers);
}

async function hasSession(context: HttpContext, request: AuthRequest): Promise<boolean> {
  try {
    return (await currentSession(context, request)) !== undefined;
  } catch {
    return false;
  }
}

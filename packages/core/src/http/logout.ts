import { safeReturnTo } from '../return-to.js';
import { queryOf } from '../urls.js';
import { preference } from './accept.js';
import type { HttpContext } from './context.js';
import { currentSession, takeBack } from './current-session.js';
import { demandSameSite } from './fetch-metadata.js';
import type { AuthRequest, AuthResponse, HeaderList } from './messages.js';
import { empty, redirect } from './respond.js';

/** Ends the session, whoever's it was and whether or not there is one, and forgets all logins in flight. */
export async function logout(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  const { config, events, loginCookies, sessions } = context;
  demandSameSite(request, config.returnTo);
  const form = isForm(request) ? await request.form?.() : undefined;
  const session = await currentSession(context, request);
  if (session !== undefined && (await sessions.end(session, 'logout'))) {
    events.emit('logout', { userId: session.record.user.id });
  }
  const headers: HeaderList = [
    ...(await takeBack(context, request)),
    ...loginCookies.clearAll(request.header('cookie')),
  ];
  if (!isForm(request) || preference(request) !== 'html') return empty(204, headers);
  return redirect(303, afterLogout(context, request, form), headers);
}

function isForm(request: AuthRequest): boolean {
  return /^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.header('content-type') ?? '');
}

/** `returnTo` of the form, else of the query. */
function afterLogout(
  { config }: HttpContext,
  request: AuthRequest,
  form: URLSearchParams | undefined,
): string {
  const source = form?.has('returnTo') ? form : queryOf(request.url);
  const values = source.getAll('returnTo');
  return (
    (values.length === 1 ? safeReturnTo(values[0], config.returnTo) : undefined) ?? config.returnTo.fallback
  );
}

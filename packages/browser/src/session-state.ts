import { codeOf } from './errors.js';
import type { Events } from './events.js';
import { request } from './request.js';
import type { RouteName, Session } from './types.js';

/** What a tab tells the others when it learns something; like every message it is only a hint. */
export const SESSION_MESSAGE = 'aihubmix:session';

export interface SessionState {
  /** What the server said last. */
  readonly known: Session | undefined;
  /** Grows with every sign that the session has changed: an answer to an older question may be out of date. */
  readonly epoch: number;
  /** Asks the server. Calls at the same time share one answer. */
  session(): Promise<Session>;
  /** Asks after a hint: an answer that is under way does not count, and a user who is found has logged in. */
  refresh(): Promise<Session>;
  /** Takes note of the session, and tells the page and the other tabs what has changed. `end`: how it is known to have ended. */
  learn(next: Session, end?: 'logout' | 'expired'): void;
  /** Asks another route. Calls at the same time share one answer; one that says the session is over is taken note of. */
  ask(route: RouteName): Promise<unknown>;
}

/** What this page knows of the session. Only the server's answers change it. */
export function createSessionState(
  url: (route: RouteName) => string,
  events: Events,
  tell: (message: { readonly type: string; readonly authenticated: boolean }) => void,
): SessionState {
  let known: Session | undefined;
  let epoch = 0;
  let hinted = false;
  const running = new Map<RouteName, Promise<unknown>>();

  function shared<T>(route: RouteName, ask: () => Promise<T>): Promise<T> {
    const call = running.get(route) ?? ask().finally(() => running.delete(route));
    running.set(route, call);
    return call as Promise<T>;
  }

  async function askSession(): Promise<Session> {
    for (;;) {
      const began = epoch;
      const session = (await request(url('session'))) as Session;
      if (began !== epoch) continue;
      learn(session);
      return session;
    }
  }

  async function askOther(route: RouteName): Promise<unknown> {
    const began = epoch;
    try {
      return await request(url(route));
    } catch (error) {
      const code = codeOf(error);
      if (code === 'session_expired' || code === 'unauthenticated') {
        if (began === epoch)
          learn({ authenticated: false }, code === 'session_expired' ? 'expired' : undefined);
        else if (known?.authenticated) refresh().catch(() => {});
      }
      throw error;
    }
  }

  function refresh(): Promise<Session> {
    epoch++;
    hinted = true;
    return session();
  }

  const session = () => shared('session', askSession);

  function learn(next: Session, end?: 'logout' | 'expired'): void {
    const before = known;
    known = next;
    if (before && userOf(before) === userOf(next)) return;
    if (before || !next.authenticated) epoch++;
    tell({ type: SESSION_MESSAGE, authenticated: next.authenticated });
    if (!next.authenticated) {
      if (before || end) events.emit(end ?? 'logout', undefined);
    } else if (before || hinted) events.emit('login', next);
  }

  return {
    get known() {
      return known;
    },
    get epoch() {
      return epoch;
    },
    session,
    refresh,
    learn,
    ask: (route) => shared(route, () => askOther(route)),
  };
}

function userOf(session: Session): string | undefined {
  return session.authenticated ? session.user.id : undefined;
}

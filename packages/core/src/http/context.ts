import type { Config } from '../config.js';
import type { Events } from '../events.js';
import type { ProviderClient } from '../provider/client.js';
import type { Account } from '../session/account.js';
import type { CookieWriter } from '../session/cookies.js';
import type { LiveSession, Sessions } from '../session/sessions.js';
import type { SessionStore } from '../session/store.js';
import type { LoginCookies } from './login-cookie.js';

/** The parts that the routes are made of. */
export interface HttpContext {
  readonly config: Config;
  readonly events: Events;
  readonly provider: ProviderClient;
  readonly sessions: Sessions;
  readonly store: SessionStore;
  readonly cookies: CookieWriter;
  readonly loginCookies: LoginCookies;
  /** The name of the session cookie. */
  readonly sessionCookie: string;
  readonly accountOf: (session: LiveSession) => Account;
}

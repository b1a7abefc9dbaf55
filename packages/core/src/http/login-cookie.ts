import { hash, timingSafeEqual } from 'node:crypto';
import * as v from 'valibot';
import type { Clock } from '../async.js';
import type { Config } from '../config.js';
import type { StateProblem } from '../errors.js';
import { type CookieWriter, cookiesWithPrefix, cookieValue } from '../session/cookies.js';
import type { Sealer } from '../session/sealing.js';
import type { HeaderList } from './messages.js';

/** How long a login may take, in milliseconds. */
export const LOGIN_LIFETIME = 10 * 60_000;
const MOST_IN_FLIGHT = 5;
/** Of all login cookies together, names included, so that no proxy answers 413 or 431. */
const MOST_BYTES = 6_000;
/** How many cookies one answer deletes at most: a header full of junk must not become a larger answer. */
const MOST_DELETED = 20;

/** A login in flight: what its callback must know, kept by the browser and readable by this application only. */
export interface LoginTransaction {
  readonly state: string;
  readonly verifier: string | undefined;
  /** Checked: may be sent as it is. */
  readonly returnTo: string;
  /** Present when the login runs in a popup: the origin to tell about it. */
  readonly popupOrigin: string | undefined;
  /** Milliseconds since the epoch. */
  readonly begunAt: number;
}

const Stored = v.pipe(
  v.string(),
  v.parseJson(),
  v.object({
    s: v.string(),
    v: v.optional(v.string()),
    r: v.string(),
    p: v.optional(v.string()),
    t: v.number(),
  }),
);

export interface LoginCookies {
  /** The `Set-Cookie` headers that add a login to those in flight and let the oldest make room. */
  add(cookieHeader: string | undefined, login: LoginTransaction): HeaderList;
  /** The login that `state` belongs to, or why there is none. */
  find(cookieHeader: string | undefined, state: string): LoginTransaction | StateProblem;
  /** The `Set-Cookie` header that deletes the login with this state. */
  clear(state: string): HeaderList;
  /** The `Set-Cookie` headers that delete all logins in flight. */
  clearAll(cookieHeader: string | undefined): HeaderList;
}

/** One cookie per login in flight, named by a hash of its state, so that parallel tabs do not overwrite each other. */
export function createLoginCookies(
  config: Config,
  sealer: Sealer,
  cookies: CookieWriter,
  now: Clock,
): LoginCookies {
  const prefix = cookies.name(`${config.name}-login-`);
  // Names everything that the cookie is good for: one of another provider, client or redirect URI does not open.
  const purpose = JSON.stringify(['login', config.name, config.clientId, config.redirectUri, config.hosts]);
  const nameOf = (state: string) => prefix + hash('sha256', state, 'base64url').slice(0, 16);

  function open(value: string): LoginTransaction | undefined {
    const stored = v.safeParse(Stored, sealer.open(purpose, value));
    if (!stored.success) return undefined;
    const { s, v: verifier, r, p, t } = stored.output;
    return { state: s, verifier, returnTo: r, popupOrigin: p, begunAt: t };
  }

  function seal({ state, verifier, returnTo, popupOrigin, begunAt }: LoginTransaction): string {
    return sealer.seal(
      purpose,
      JSON.stringify({ s: state, v: verifier, r: returnTo, p: popupOrigin, t: begunAt }),
    );
  }

  const isOver = (login: LoginTransaction) => now() - login.begunAt > LOGIN_LIFETIME;
  const clearing = (names: Iterable<string>): HeaderList =>
    [...new Set(names)].slice(0, MOST_DELETED).map((name) => ['set-cookie', cookies.clear(name)] as const);

  return {
    add(cookieHeader, login) {
      const name = nameOf(login.state);
      const value = seal(login);
      const inFlight = cookiesWithPrefix(cookieHeader, prefix)
        .map(([name, value]) => ({ name, size: name.length + value.length, login: open(value) }))
        // Browsers send the oldest first (RFC 6265 §5.4), which decides between logins of the same millisecond.
        .reverse()
        .sort((a, b) => (b.login?.begunAt ?? 0) - (a.login?.begunAt ?? 0));
      let bytes = name.length + value.length;
      let kept = 1;
      const dropped = inFlight.filter((other) => {
        if (other.login === undefined || isOver(other.login)) return true;
        bytes += other.size;
        kept += 1;
        return kept > MOST_IN_FLIGHT || bytes > MOST_BYTES;
      });
      const set = ['set-cookie', cookies.set(name, value, LOGIN_LIFETIME / 1000)] as const;
      return [set, ...clearing(dropped.map((other) => other.name))];
    },
    find(cookieHeader, state) {
      const value = cookieValue(cookieHeader, nameOf(state));
      if (value === undefined) {
        return cookiesWithPrefix(cookieHeader, prefix).length > 0 ? 'other_login' : 'cookie_missing';
      }
      const login = open(value);
      if (login === undefined || !equal(login.state, state)) return 'unreadable';
      return isOver(login) ? 'expired' : login;
    },
    clear: (state) => clearing([nameOf(state)]),
    clearAll: (cookieHeader) => clearing(cookiesWithPrefix(cookieHeader, prefix).map(([name]) => name)),
  };
}

function equal(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

import { createHmac, randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { getCookie, setCookie } from 'hono/cookie';
import { equalText } from '../state/equal-text.js';
import { randomText } from '../state/random.js';

/** The provider's only cookie. */
const COOKIE = 'mock_aihubmix_user';

/** A browser that visits the provider's pages. */
export interface Browser {
  /** The signed-in user's id, if one is signed in. */
  readonly userId: string | undefined;
  /** The token that this browser's forms carry. */
  readonly csrf: string;
}

/** Who is signed in at the provider, by browser. */
export class Browsers {
  readonly #key = randomBytes(32);
  readonly #users = new Map<string, string>();

  /** The browser that sent a request; one that has no cookie is given one. */
  of(c: Context): Browser {
    const id = cookie(c) ?? this.#newCookie(c);
    return { userId: this.#users.get(id), csrf: this.#csrf(id) };
  }

  /** Whether a form was filled in by this browser on a page of ours. */
  owns(c: Context, csrf: string | undefined): boolean {
    const id = cookie(c);
    return id !== undefined && csrf !== undefined && equalText(csrf, this.#csrf(id));
  }

  /** Signs a user in, under a new id, so that one planted before the sign-in is worth nothing. */
  signIn(c: Context, userId: string): void {
    this.signOut(c);
    this.#users.set(this.#newCookie(c), userId);
  }

  signOut(c: Context): void {
    this.#users.delete(cookie(c) ?? '');
  }

  #newCookie(c: Context): string {
    const id = randomText();
    const secure = new URL(c.req.url).protocol === 'https:';
    setCookie(c, COOKIE, id, { path: '/', httpOnly: true, sameSite: 'Lax', secure });
    return id;
  }

  #csrf(id: string): string {
    return createHmac('sha256', this.#key).update(id).digest('base64url');
  }
}

function cookie(c: Context): string | undefined {
  const value = getCookie(c, COOKIE);
  return value !== undefined && /^[\w-]{43}$/.test(value) ? value : undefined;
}

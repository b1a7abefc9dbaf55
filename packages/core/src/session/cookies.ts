import { serialize } from 'cookie';

/**
 * The value of the cookie `name` in a `Cookie` header, or `undefined` when it is absent or comes more than once: with
 * two of them, one was planted by somebody else (a sibling domain) and nobody can tell which. Names are compared byte
 * for byte and values are taken as they are. Scans without splitting, since this runs on every request.
 */
export function cookieValue(header: string | undefined, name: string): string | undefined {
  if (header === undefined) return undefined;
  let found: string | undefined;
  let at = header.indexOf(name);
  while (at !== -1) {
    const after = at + name.length;
    if (header.charCodeAt(after) === EQUALS && startsPair(header, at)) {
      if (found !== undefined) return undefined;
      const end = header.indexOf(';', after);
      found = header.slice(after + 1, end === -1 ? undefined : end);
    }
    at = header.indexOf(name, after);
  }
  return found?.trimEnd();
}

const EQUALS = 61;
const SEMICOLON = 59;
const SPACE = 32;

function startsPair(header: string, at: number): boolean {
  let before = at - 1;
  while (before >= 0 && header.charCodeAt(before) === SPACE) before -= 1;
  return before < 0 || header.charCodeAt(before) === SEMICOLON;
}

/** All cookies whose name begins with `prefix`, as name and value, in the order of the header. */
export function cookiesWithPrefix(
  header: string | undefined,
  prefix: string,
): [name: string, value: string][] {
  if (header === undefined || !header.includes(prefix)) return [];
  const found: [string, string][] = [];
  for (const part of header.split(';')) {
    const pair = part.replace(/^ +| +$/g, '');
    const equals = pair.indexOf('=');
    if (equals > 0 && pair.startsWith(prefix)) found.push([pair.slice(0, equals), pair.slice(equals + 1)]);
  }
  return found;
}

/** How a cookie of ours is set and deleted: always with the same attributes. */
export interface CookieWriter {
  /** The name as browsers see it, with the `__Host-` prefix over HTTPS. */
  name(base: string): string;
  /** A `Set-Cookie` value that keeps `name` for `maxAge` seconds. */
  set(name: string, value: string, maxAge: number): string;
  /** A `Set-Cookie` value that deletes `name`. */
  clear(name: string): string;
}

/**
 * @param secure whether the application is reached over HTTPS. Then cookies are `Secure` and carry the `__Host-` prefix,
 * which no sibling domain can plant (RFC 6265bis §4.1.3.2).
 */
export function createCookieWriter(secure: boolean): CookieWriter {
  const attributes = { httpOnly: true, sameSite: 'lax', path: '/', secure } as const;
  return {
    name: (base) => (secure ? `__Host-${base}` : base),
    set: (name, value, maxAge) => serialize(name, value, { ...attributes, maxAge }),
    clear: (name) => serialize(name, '', { ...attributes, maxAge: 0, expires: new Date(0) }),
  };
}

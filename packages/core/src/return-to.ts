import { parseAbsoluteUrl, pathOf } from './urls.js';

const LONGEST = 2_048;

export interface ReturnToRules {
  /** The application's own origin. */
  readonly origin: string;
  readonly trustedOrigins: ReadonlySet<string>;
  /** Paths that would begin a login again or end the session: nobody is sent there. */
  readonly forbiddenPaths: ReadonlySet<string>;
}

/**
 * What may be put into a `Location` header for `value`: a path and query on this site, or an absolute URL on a trusted
 * origin. `undefined` when `value` is neither, or when a browser could read it differently than we do (open redirects:
 * CVE-2020-11053, CVE-2022-24858, CVE-2022-24794). Nothing may change the answer before it is sent.
 */
export function safeReturnTo(value: unknown, rules: ReturnToRules): string | undefined {
  if (typeof value !== 'string' || value.length > LONGEST || !/^[\x21-\x7e]+$/.test(value)) return undefined;
  const target = value.split('#', 1)[0] ?? '';
  if (target.includes('\\') || /%(?:2f|5c)/i.test(pathOf(target))) return undefined;
  if (target.startsWith('/'))
    return target.startsWith('//') ? undefined : checked(target, rules.origin, rules);

  const url = parseAbsoluteUrl(target);
  if (url === undefined || /^https?:\/\/[^/?]*@/i.test(target)) return undefined;
  const path = url.pathname + url.search;
  if (url.origin === rules.origin) return checked(path, rules.origin, rules);
  return rules.trustedOrigins.has(url.origin) ? checked(url.origin + path, rules.origin, rules) : undefined;
}

/** Reads `location` as a browser on `origin` would, and answers it when that ends where it should. */
function checked(location: string, origin: string, rules: ReturnToRules): string | undefined {
  if (!URL.canParse(location, origin)) return undefined;
  const url = new URL(location, origin);
  const own = url.origin === origin;
  if (!own && !rules.trustedOrigins.has(url.origin)) return undefined;
  if (url.pathname.includes('//') || (own && rules.forbiddenPaths.has(url.pathname))) return undefined;
  return location;
}

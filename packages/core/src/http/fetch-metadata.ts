import { AihubmixError } from '../errors.js';
import type { AuthRequest } from './messages.js';

export interface OriginRules {
  /** The application's own origin. */
  readonly origin: string;
  readonly trustedOrigins: ReadonlySet<string>;
}

/**
 * For requests that change something. A browser says by `Sec-Fetch-Site` where a request comes from (W3C Fetch Metadata);
 * one too old for that says by `Origin`. A request that says neither is refused.
 *
 * @throws AihubmixError `csrf`
 */
export function demandSameSite(request: AuthRequest, rules: OriginRules): void {
  const site = request.header('sec-fetch-site');
  const origin = request.header('origin');
  if (site === 'same-origin' || site === 'none') return;
  if (origin !== undefined && rules.trustedOrigins.has(origin)) return;
  if (site === undefined && origin === rules.origin) return;
  throw new AihubmixError(
    'csrf',
    site === undefined && origin === undefined
      ? `This request says neither by Sec-Fetch-Site nor by Origin where it comes from. A client that is not a browser sends "Origin: ${rules.origin}".`
      : `This request comes from another site than ${rules.origin}. List the origin in "trustedOrigins" if it is yours.`,
  );
}

/**
 * For requests that read. What another site's page sends is refused; a request without the header is not a browser's and
 * holds only what its sender knows.
 *
 * @param navigation whether a person following a link from another site is welcome.
 * @throws AihubmixError `csrf`
 */
export function refuseCrossSite(request: AuthRequest, rules: OriginRules, navigation: boolean): void {
  const site = request.header('sec-fetch-site');
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  const origin = request.header('origin');
  if (origin !== undefined && rules.trustedOrigins.has(origin)) return;
  if (
    navigation &&
    request.header('sec-fetch-mode') === 'navigate' &&
    request.header('sec-fetch-dest') === 'document'
  ) {
    return;
  }
  throw new AihubmixError(
    'csrf',
    `This request was sent by another site's page. List its origin in "trustedOrigins" if it is yours; this site is ${rules.origin}.`,
  );
}

/** Whether a browser only fetches ahead what its user may never open. */
export function isPrefetch(request: AuthRequest): boolean {
  const purpose = request.header('sec-purpose') ?? request.header('purpose');
  return purpose !== undefined && /^\s*prefetch\b/i.test(purpose);
}

import type { MockServerOptions } from './options.js';

/** The options without users and apps, with every default filled in. */
export interface Settings {
  /** Seconds. */
  readonly accessTokenLifetime: number;
  /** Seconds. */
  readonly refreshTokenLifetime: number;
  /** Seconds. */
  readonly codeLifetime: number;
  readonly rotateRefreshTokens: boolean;
  readonly coop: boolean;
  readonly developerToken: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Longest life of an authorization code in seconds, RFC 6749 §4.1.2. */
const MAX_CODE_LIFETIME = 600;

/**
 * Fills in the defaults.
 * @throws RangeError for a lifetime that is negative, not finite, or too long for a code.
 */
export function resolveSettings(options: MockServerOptions): Settings {
  return {
    accessTokenLifetime: lifetime('accessTokenLifetime', options.accessTokenLifetime ?? 7200),
    refreshTokenLifetime: lifetime('refreshTokenLifetime', options.refreshTokenLifetime ?? 2_592_000),
    codeLifetime: lifetime('codeLifetime', options.codeLifetime ?? 60, MAX_CODE_LIFETIME),
    rotateRefreshTokens: options.rotateRefreshTokens ?? true,
    coop: options.coop ?? false,
    developerToken: options.developerToken ?? 'developer-token',
    now: options.now ?? (() => Date.now()),
  };
}

function lifetime(name: string, seconds: number, max = Number.MAX_SAFE_INTEGER): number {
  if (seconds >= 0 && seconds <= max) return seconds;
  throw new RangeError(`${name} must be between 0 and ${max} seconds, got ${seconds}`);
}

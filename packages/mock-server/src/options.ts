/** A user of the mock provider. */
export interface MockUser {
  /** The provider's id. The real provider uses integers. */
  id: number | string;
  /** The name shown on the pages and in userinfo. */
  username: string;
  /** The e-mail address; `null` or absent: the user has none, and userinfo says `""`. */
  email?: string | null;
  /** When set, the sign-in page asks for it. Without it one click signs in. */
  password?: string;
  /** US dollars as a decimal string with at most six decimals, e.g. `"750.00"`. */
  balance: string;
  /** Total quota in units of 1/500,000 dollar. Default: used quota plus the balance. */
  quota?: number;
  /** Used quota in units of 1/500,000 dollar. Default 0. */
  usedQuota?: number;
  /** Unix seconds. Default 1640995200. */
  createdTime?: number;
  /** 1 = enabled, 2 = disabled. Default 1. It is reported, and does not stop the user from signing in. */
  status?: number;
  /** An account without a limit: userinfo shows the gateway's `-0.000002` as its balance. */
  unlimited?: boolean;
}

/** An application (OAuth client) registered at the mock provider. */
export interface MockApp {
  /** Public id, `client_…`. */
  clientId: string;
  /** Secret, `secret_…`. */
  clientSecret: string;
  /** The name the consent page shows. */
  name: string;
  /** Registered redirect URIs, compared character for character. HTTPS, or HTTP on loopback. */
  redirectUris: string[];
}

/** Options of {@link createMockServer}. */
export interface MockServerOptions {
  /** The users. Default: `ada` (12345), `grace` (67890) and `linus` (24680), who is unlimited. */
  users?: readonly MockUser[];
  /** The registered applications. Default none. */
  apps?: readonly MockApp[];
  /** Seconds an access token lives. Default 7200. */
  accessTokenLifetime?: number;
  /** Seconds a refresh token lives. Default 2592000. */
  refreshTokenLifetime?: number;
  /** Seconds an authorization code lives. Default 60, at most 600 (RFC 6749 §4.1.2). */
  codeLifetime?: number;
  /** Whether a refresh spends the refresh token and answers a new one. Default true. */
  rotateRefreshTokens?: boolean;
  /** Whether pages send `Cross-Origin-Opener-Policy: same-origin`. Default false. */
  coop?: boolean;
  /** The token that may register applications. Default `developer-token`. */
  developerToken?: string;
  /** The clock, in milliseconds since 1970. Default `Date.now`. */
  now?: () => number;
}

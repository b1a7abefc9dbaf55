/** The sentences that {@link MockServer.violations} consists of. */
export const violation = {
  refreshTokenReplayed: 'refresh token presented twice',
  refreshTokenForeign: 'refresh token presented by another client',
  codeReplayed: 'authorization code presented twice',
  codeForeign: 'authorization code presented by another client',
  unknownClient: 'unknown client_id',
  wrongSecret: 'wrong client_secret',
  secretMissing: 'client_secret missing',
  credentialsInQuery: 'token request parameters in the query',
  credentialsInHeader: 'client credentials in the Authorization header',
  accessTokenInQuery: 'access token in the query',
  pkceMismatch: 'code_verifier does not match the code_challenge',
  pkceMissing: 'code_verifier missing',
  pkceUnasked: 'code_verifier without a code_challenge',
  pkceMalformed: 'code_verifier malformed',
  challengeMalformed: 'code_challenge malformed',
  challengeMethod: 'code_challenge_method is not S256',
  redirectUriMismatch: 'redirect_uri mismatch',
  duplicateParameter: 'parameter given twice',
  wrongContentType: 'wrong content type',
  wrongMethod: 'wrong method',
} as const;

/** One of the known violations. */
export type Violation = (typeof violation)[keyof typeof violation];

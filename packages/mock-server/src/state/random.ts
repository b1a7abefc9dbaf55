import { randomBytes } from 'node:crypto';

/** Unguessable text, base64url, of 256 random bits by default. */
export function randomText(bytes = 32): string {
  return randomBytes(bytes).toString('base64url');
}

/** A new access token: random, in the shape of a JWT, of no meaning to its reader. */
export function newAccessToken(): string {
  const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString('base64url');
  const payload = Buffer.from(JSON.stringify({ jti: randomText(16) })).toString('base64url');
  return `${header}.${payload}.${randomText()}`;
}

/** A new refresh token, `refresh_…`. */
export function newRefreshToken(): string {
  return `refresh_${randomText()}`;
}

/** A new client id, `client_…`. */
export function newClientId(): string {
  return `client_${randomBytes(12).toString('hex')}`;
}

/** A new client secret, `secret_…`. */
export function newClientSecret(): string {
  return `secret_${randomBytes(24).toString('hex')}`;
}

import { violation } from '../journal/violations.js';
import { Refusal } from '../refusal.js';
import type { Settings } from '../settings.js';
import { type Grant, isGrantOf } from './grants.js';
import { newAccessToken, newRefreshToken } from './random.js';
import { parseScope, type Scope } from './scope.js';

/** What a live access token opens. */
export interface Access {
  readonly grant: Grant;
  readonly scope: readonly Scope[];
}

/** Tokens as just issued. */
export interface Issued {
  readonly accessToken: string;
  /** Absent when the old one stays. */
  readonly refreshToken: string | undefined;
  /** Seconds. */
  readonly expiresIn: number;
  readonly scope: readonly Scope[];
}

interface AccessRecord extends Access {
  /** Milliseconds since 1970. */
  expiresAt: number;
}

interface RefreshRecord {
  readonly grant: Grant;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  used: boolean;
}

/** The tokens issued so far, and the grants they belong to. */
export class Tokens {
  readonly #access = new Map<string, AccessRecord>();
  readonly #refresh = new Map<string, RefreshRecord>();
  readonly #grants = new Set<Grant>();
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** Issues an access and a refresh token; `expiresIn` is in seconds. */
  issue(grant: Grant, expiresIn?: number): Issued & { readonly refreshToken: string } {
    this.#grants.add(grant);
    return { ...this.#issueAccess(grant, grant.scope, expiresIn), refreshToken: this.#issueRefresh(grant) };
  }

  /**
   * Spends a refresh token (or keeps it, when tokens do not rotate) and answers new tokens.
   * @throws Refusal `invalid_grant`; for a token used before, after revoking its whole family (RFC 9700 §4.14.2).
   */
  refresh(token: string, clientId: string, scope?: string): Issued {
    const record = this.#refreshRecord(token, clientId);
    const granted = scope === undefined ? record.grant.scope : narrowed(record.grant, scope);
    const issued = this.#issueAccess(record.grant, granted);
    if (!this.#settings.rotateRefreshTokens) return issued;
    record.used = true;
    return { ...issued, refreshToken: this.#issueRefresh(record.grant) };
  }

  /** What an access token opens; undefined when it is unknown, expired or revoked. */
  open(accessToken: string): Access | undefined {
    const record = this.#access.get(accessToken);
    const alive = record?.grant.alive === true && this.#settings.now() < record.expiresAt;
    return alive ? record : undefined;
  }

  /** The grants of a user that live, of one application if named. */
  grantsOf(userId: string, clientId?: string): Grant[] {
    return [...this.#grants].filter((grant) => grant.alive && isGrantOf(grant, userId, clientId));
  }

  revoke(userId: string, clientId?: string): void {
    for (const grant of this.grantsOf(userId, clientId)) grant.alive = false;
  }

  /** Ends the life of all access tokens issued so far, or of one user's. */
  expireAccess(userId?: string): void {
    for (const record of this.#access.values()) {
      if (userId === undefined || record.grant.userId === userId) record.expiresAt = Number.NEGATIVE_INFINITY;
    }
  }

  #refreshRecord(token: string, clientId: string): RefreshRecord {
    const record = this.#refresh.get(token);
    if (!record) throw new Refusal('invalid_grant', 'unknown refresh token');
    if (record.grant.clientId !== clientId) {
      throw new Refusal('invalid_grant', 'unknown refresh token', {
        violation: violation.refreshTokenForeign,
      });
    }
    if (record.used) {
      record.grant.alive = false;
      throw new Refusal('invalid_grant', 'the refresh token was used before', {
        violation: violation.refreshTokenReplayed,
      });
    }
    if (!record.grant.alive) throw new Refusal('invalid_grant', 'the refresh token is revoked');
    if (this.#settings.now() >= record.expiresAt) {
      throw new Refusal('invalid_grant', 'the refresh token is expired');
    }
    return record;
  }

  #issueAccess(grant: Grant, scope: readonly Scope[], expiresIn?: number): Issued {
    const accessToken = newAccessToken();
    const seconds = expiresIn ?? this.#settings.accessTokenLifetime;
    this.#access.set(accessToken, { grant, scope, expiresAt: this.#settings.now() + seconds * 1000 });
    return { accessToken, refreshToken: undefined, expiresIn: seconds, scope };
  }

  #issueRefresh(grant: Grant): string {
    const token = newRefreshToken();
    const expiresAt = this.#settings.now() + this.#settings.refreshTokenLifetime * 1000;
    this.#refresh.set(token, { grant, expiresAt, used: false });
    return token;
  }
}

/** The scope asked for at a refresh, which may not exceed what was granted (RFC 6749 §6). */
function narrowed(grant: Grant, text: string): readonly Scope[] {
  const scope = parseScope(text);
  if (scope?.every((name) => grant.scope.includes(name))) return scope;
  throw new Refusal('invalid_scope', 'the scope exceeds what was granted');
}

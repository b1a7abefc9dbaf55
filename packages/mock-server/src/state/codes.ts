import { violation } from '../journal/violations.js';
import { Refusal } from '../refusal.js';
import type { Settings } from '../settings.js';
import { type Grant, isGrantOf } from './grants.js';
import { checkVerifier } from './pkce.js';
import { randomText } from './random.js';
import type { Scope } from './scope.js';

/** What an authorization code is bound to (RFC 6749 §4.1.2, RFC 7636 §4.4). */
export interface CodeBinding {
  readonly clientId: string;
  readonly userId: string;
  readonly redirectUri: string;
  readonly scope: readonly Scope[];
  /** The S256 `code_challenge`, if one was sent. */
  readonly challenge: string | undefined;
}

/** What a client presents to redeem a code. */
export interface Redemption {
  readonly code: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly verifier: string | undefined;
}

interface CodeRecord extends CodeBinding {
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
  spent: boolean;
  grant?: Grant;
}

/** The authorization codes issued so far. */
export class Codes {
  readonly #codes = new Map<string, CodeRecord>();
  readonly #settings: Settings;

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  issue(binding: CodeBinding): string {
    const code = randomText();
    const expiresAt = this.#settings.now() + this.#settings.codeLifetime * 1000;
    this.#codes.set(code, { ...binding, expiresAt, spent: false });
    return code;
  }

  /**
   * Spends a code and answers the new grant. The first attempt of the client it was issued to spends it, whether
   * the rest of the request is right or not.
   * @throws Refusal `invalid_grant`; for a code spent before, after revoking what it had issued (RFC 6749 §4.1.2).
   */
  redeem(redemption: Redemption): Grant {
    const record = this.#codes.get(redemption.code);
    if (!record) throw new Refusal('invalid_grant', 'unknown code');
    if (record.clientId !== redemption.clientId) {
      throw new Refusal('invalid_grant', 'unknown code', { violation: violation.codeForeign });
    }
    spend(record);
    if (this.#settings.now() >= record.expiresAt) throw new Refusal('invalid_grant', 'the code is expired');
    if (record.redirectUri !== redemption.redirectUri) {
      throw new Refusal('invalid_grant', 'redirect_uri is not the one of the authorization request', {
        violation: violation.redirectUriMismatch,
      });
    }
    checkVerifier(record.challenge, redemption.verifier);
    const { clientId, userId, scope } = record;
    record.grant = { clientId, userId, scope, alive: true };
    return record.grant;
  }

  /** Spends the codes of a user that are still out, of one application if named. */
  revoke(userId: string, clientId?: string): void {
    for (const [code, record] of this.#codes) {
      if (!record.spent && isGrantOf(record, userId, clientId)) this.#codes.delete(code);
    }
  }
}

function spend(record: CodeRecord): void {
  if (record.spent) {
    if (record.grant) record.grant.alive = false;
    throw new Refusal('invalid_grant', 'the code was used before', { violation: violation.codeReplayed });
  }
  record.spent = true;
}

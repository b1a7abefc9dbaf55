import * as v from 'valibot';
import type { Clock } from '../async.js';
import type { Tokens } from '../provider/tokens.js';
import { Secret } from '../secret.js';
import type { SessionRecord } from './record.js';
import type { Sealer } from './sealing.js';

/** The tokens of a session, unsealed. */
export interface OpenTokens {
  readonly access: Secret;
  readonly refresh: Secret | undefined;
}

/** The part of a record that a refresh replaces. */
export type TokenFields = Pick<SessionRecord, 'tokens' | 'refreshDueAt' | 'tokenExpiresAt'>;

/** Puts tokens into records and takes them out. They are sealed for one session and open in no other. */
export interface TokenVault {
  /** The fields for tokens that a code was exchanged for. */
  fromLogin(key: string, tokens: Tokens): TokenFields;
  /** The fields for tokens that a refresh brought; `previous` is kept as refresh token where it brought none. */
  fromRefresh(key: string, tokens: Tokens, previous: Secret): TokenFields;
  /** The tokens of a record, or `undefined` when they cannot be opened. */
  open(key: string, record: SessionRecord): OpenTokens | undefined;
  /** Whether the sealing key is one of ours, told without any cryptography. */
  knows(sealed: string): boolean;
}

/** A token is refreshed this long before it expires, in seconds. Source: the provider's documentation, Q2. */
const REFRESH_AHEAD = 300;

const Stored = v.pipe(v.string(), v.parseJson(), v.object({ a: v.string(), r: v.optional(v.string()) }));

export function createTokenVault(clientId: string, sealer: Sealer, now: Clock): TokenVault {
  const purpose = (key: string) => JSON.stringify(['tokens', clientId, key]);

  function fields(key: string, tokens: Tokens, refresh: Secret | undefined, ahead: number): TokenFields {
    const text = JSON.stringify({ a: tokens.access.reveal(), r: refresh?.reveal() });
    const tokenExpiresAt = now() + tokens.lifetime * 1000;
    return {
      tokens: sealer.seal(purpose(key), text),
      tokenExpiresAt,
      refreshDueAt: tokenExpiresAt - ahead * 1000,
    };
  }

  return {
    fromLogin: (key, tokens) => fields(key, tokens, tokens.refresh, REFRESH_AHEAD),
    // A refresh that brings a token of five minutes shows that asking at once again would bring no longer one:
    // refreshing it ahead from its first second on would never end.
    fromRefresh: (key, tokens, previous) =>
      fields(key, tokens, tokens.refresh ?? previous, Math.min(REFRESH_AHEAD, tokens.lifetime / 2)),
    open(key, record) {
      const stored = v.safeParse(Stored, sealer.open(purpose(key), record.tokens));
      if (!stored.success) return undefined;
      const { a, r } = stored.output;
      return { access: new Secret(a), refresh: r === undefined ? undefined : new Secret(r) };
    },
    knows: sealer.knows,
  };
}

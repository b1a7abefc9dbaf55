import * as v from 'valibot';
import { AihubmixError } from '../errors.js';
import { Secret } from '../secret.js';

/** What the token endpoint granted. */
export interface Tokens {
  readonly access: Secret;
  /** Absent when the provider gave none: at a refresh, the old one stays good. */
  readonly refresh?: Secret;
  /** How long the access token works, in seconds. */
  readonly lifetime: number;
  /** The granted scopes, separated by spaces; absent when the provider did not say, and then as requested. */
  readonly scope?: string;
}

/** What AIHubMix documents: an access token works for two hours. */
const DOCUMENTED_LIFETIME = 7_200;
/** No access token is believed to work for longer than a day, whatever the provider says. */
const LONGEST_LIFETIME = 86_400;

/** Printable ASCII without spaces: what can stand in an `Authorization` header (RFC 6750 §2.1, RFC 6749 appendix A.12). */
const token = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,8192}$/));

const TokenAnswer = v.object({
  access_token: token,
  token_type: v.pipe(v.string(), v.regex(/^bearer$/i)),
  refresh_token: v.optional(v.nullable(v.union([v.literal(''), token]))),
  expires_in: v.optional(v.unknown()),
  scope: v.optional(v.nullable(v.pipe(v.string(), v.regex(/^[\x20-\x7e]{0,1000}$/)))),
});

/**
 * Reads the answer of the token endpoint, picking only the fields that are known.
 *
 * @throws AihubmixError `provider_error` when it does not hold a usable bearer token.
 */
export function parseTokens(json: unknown): Tokens {
  const parsed = v.safeParse(TokenAnswer, json);
  if (!parsed.success) {
    throw new AihubmixError(
      'provider_error',
      'AIHubMix answered the token request with something that is not a usable bearer token.',
    );
  }
  const answer = parsed.output;
  const scope = answer.scope?.trim().replace(/ +/g, ' ');
  return {
    access: new Secret(answer.access_token),
    lifetime: parseLifetime(answer.expires_in),
    ...(answer.refresh_token ? { refresh: new Secret(answer.refresh_token) } : {}),
    ...(scope ? { scope } : {}),
  };
}

/**
 * `expires_in` in seconds. What is not a positive number says nothing, so the documented lifetime holds (a token that
 * is dead all the same is noticed by its 401); what is absurdly large, such as milliseconds, is cut to a day.
 */
function parseLifetime(value: unknown): number {
  const seconds = typeof value === 'string' && /^\d{1,16}(\.\d+)?$/.test(value) ? Number(value) : value;
  if (typeof seconds !== 'number' || !(seconds > 0)) return DOCUMENTED_LIFETIME;
  return Math.min(seconds, LONGEST_LIFETIME);
}

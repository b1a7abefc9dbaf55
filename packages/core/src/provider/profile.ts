import * as v from 'valibot';
import { AihubmixError } from '../errors.js';

/** Who is logged in. The same shape in JSON answers and in code. */
export interface User {
  /** The user's id at AIHubMix, exact, always a string. */
  readonly id: string;
  /** Empty when the grant does not cover `profile` and the provider left it out. */
  readonly username: string;
  /** `null` when the provider did not say. Not verified, and not a key: two users may share one. */
  readonly email: string | null;
  /** When the account was made, as an ISO 8601 date in UTC. */
  readonly createdAt: string | null;
  /** 1 = enabled, 2 = disabled, as the provider passes it on. */
  readonly status: number | null;
}

/** What a user has left. */
export interface Balance {
  /** The amount as a plain decimal such as `"750.00"`, or `null` when the text holds none or the account is unlimited. */
  readonly amount: string | null;
  /** The amount as AIHubMix formats it: the text to show. */
  readonly formatted: string;
  /** A counter of the provider's; no money can be computed from it. */
  readonly quota: number | null;
  /** A counter of the provider's; no money can be computed from it. */
  readonly usedQuota: number | null;
  readonly unlimited: boolean;
}

/** An answer of the user info endpoint. */
export interface UserInfo {
  readonly user: User;
  /** `null` when the provider did not say, as without the `balance` scope. */
  readonly balance: Balance | null;
}

const counter = v.fallback(v.nullable(v.pipe(v.number(), v.safeInteger())), null);
const text = v.fallback(v.nullable(v.string()), null);

/** Only the fields that are known; whatever else the provider sends stops here. */
const UserInfoAnswer = v.object({
  id: v.union([
    v.pipe(v.number(), v.safeInteger(), v.minValue(0), v.transform(String)),
    v.pipe(v.string(), v.regex(/^(0|[1-9]\d{0,39})$/)),
  ]),
  username: v.optional(v.nullable(v.string())),
  email: v.optional(text, null),
  quota: v.optional(counter, null),
  used_quota: v.optional(counter, null),
  balance_formatted: v.optional(text, null),
  created_time: v.optional(counter, null),
  status: v.optional(counter, null),
});

/**
 * Maps the answer of `GET /api/oauth2/userinfo`.
 *
 * @param scope the granted scopes: a user without a name is believed only where `profile` was not granted.
 * @throws AihubmixError `provider_error` when it is not the description of one user with an exact id.
 */
export function parseUserInfo(json: unknown, scope: string): UserInfo {
  const parsed = v.safeParse(UserInfoAnswer, json);
  if (!parsed.success) throw notAUser();
  const answer = parsed.output;
  const username = answer.username ?? (hasScope(scope, 'profile') ? undefined : '');
  if (username === undefined) throw notAUser();
  return {
    user: {
      id: answer.id,
      username,
      email: answer.email || null,
      createdAt: isoDate(answer.created_time),
      status: answer.status,
    },
    balance: answer.balance_formatted
      ? parseBalance(answer.balance_formatted, answer.quota, answer.used_quota)
      : null,
  };
}

/** Whether the space separated list `granted` holds `wanted` (RFC 6749 §3.3). */
export function hasScope(granted: string, wanted: string): boolean {
  return granted.split(' ').includes(wanted);
}

function notAUser(): AihubmixError {
  return new AihubmixError(
    'provider_error',
    'AIHubMix answered the user info request with something that is not a user with an exact id.',
  );
}

function isoDate(unixSeconds: number | null): string | null {
  if (unixSeconds === null || unixSeconds < 0) return null;
  const date = new Date(unixSeconds * 1000);
  // Past the year 9999 it is not a date in seconds, and ISO 8601 would need another form.
  return Number.isNaN(date.getTime()) || date.getUTCFullYear() > 9999 ? null : date.toISOString();
}

/** Unlimited accounts show a tiny negative remainder, one quota unit: −0.000002. Any real debt is larger. */
const UNLIMITED = /^-0\.0000[0-9]*[1-9][0-9]*$/;

function parseBalance(formatted: string, quota: number | null, usedQuota: number | null): Balance {
  const amount = plainDecimal(formatted);
  const unlimited = amount !== null && UNLIMITED.test(amount);
  return { amount: unlimited ? null : amount, formatted, quota, usedQuota, unlimited };
}

/**
 * The one number in an amount of money, without its currency sign and its separators of thousands: `"$1,234.50"` is
 * `"1234.50"`. Anything that is not clearly one decimal number (`"1.234,50 €"`, `"1e309"`, `"n/a"`) is `null`.
 */
function plainDecimal(formatted: string): string | null {
  const match = AMOUNT.exec(formatted.trim());
  if (match === null) return null;
  const [, outer = '', inner = '', digits = ''] = match;
  if (outer !== '' && inner !== '') return null;
  return (outer || inner ? '-' : '') + digits.replaceAll(',', '');
}

const CURRENCY = String.raw`(?:[\p{Sc}\p{L}]{1,5})?\s?`;
const AMOUNT = new RegExp(
  String.raw`^([-\u2212]?)${CURRENCY}([-\u2212]?)((?:\d{1,30}|\d{1,3}(?:,\d{3}){1,9})(?:\.\d{1,30})?)\s?${CURRENCY}$`,
  'u',
);

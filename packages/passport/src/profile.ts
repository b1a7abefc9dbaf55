import type { Balance, UserInfoAnswer } from '@aihubmix-auth/core';

/** Who has logged in, in Passport's normalised schema (https://www.passportjs.org/reference/normalized-profile/). */
export interface Profile {
  readonly provider: 'aihubmix';
  /** The user's id at AIHubMix, exact. */
  readonly id: string;
  readonly username: string;
  readonly displayName: string;
  /** Empty when AIHubMix did not tell an address. Not verified, and not a key. */
  readonly emails: { value: string }[];
  readonly photos: { value: string }[];
  /** `null` when AIHubMix did not tell, as without the `balance` scope. */
  readonly balance: Balance | null;
  /** The answer of the user info endpoint, as it came. */
  readonly _raw: string;
  /** The same, parsed. */
  readonly _json: Readonly<Record<string, unknown>>;
}

export function profileOf({ user, balance, raw }: UserInfoAnswer): Profile {
  return {
    provider: 'aihubmix',
    id: user.id,
    username: user.username,
    displayName: user.username,
    emails: user.email === null ? [] : [{ value: user.email }],
    photos: [],
    balance,
    _raw: raw,
    _json: JSON.parse(raw),
  };
}

/** Who is logged in. */
export interface User {
  /** The user's id at AIHubMix, exact, always a string. */
  readonly id: string;
  /** Empty when the user did not share the profile. */
  readonly username: string;
  readonly email: string | null;
  /** When the account was made, as an ISO 8601 date in UTC. */
  readonly createdAt: string | null;
  /** 1 = enabled, 2 = disabled, as the provider passes it on. */
  readonly status: number | null;
}

/** What the user has left. */
export interface Balance {
  /** The amount as a plain decimal such as `"750.00"`, or `null` when there is none to tell. */
  readonly amount: string | null;
  /** The amount as AIHubMix formats it: the text to show. */
  readonly formatted: string;
  readonly quota: number | null;
  readonly usedQuota: number | null;
  readonly unlimited: boolean;
}

/** Fresh from AIHubMix. */
export interface UserInfo {
  readonly user: User;
  /** `null` when the user did not share it. */
  readonly balance: Balance | null;
}

/** A session of a logged-in user. */
export interface LiveSession {
  readonly authenticated: true;
  readonly user: User;
  /** When it ends at the latest, as an ISO 8601 date in UTC. */
  readonly expiresAt: string;
}

/** Whether a user is logged in, and who. */
export type Session = { readonly authenticated: false } | LiveSession;

/** The routes of the server that this package asks, by name. */
export type RouteName = 'login' | 'session' | 'userinfo' | 'balance' | 'topup' | 'logout';

import type { User } from '../provider/profile.js';

/** What is kept of a session, as plain JSON data. */
export interface SessionRecord {
  /** Raised by one with every write; a write names the version that it read (compare and set). */
  readonly version: number;
  /** Whose session it is, over all of the store: client id and user id. `deleteAllOf` takes it. */
  readonly subject: string;
  readonly clientId: string;
  readonly user: User;
  /** The granted scopes, separated by spaces (RFC 6749 §3.3). */
  readonly scope: string;
  /** Access and refresh token, sealed; differs after every refresh. */
  readonly tokens: string;
  /** When a refresh is due although the access token still works, in milliseconds since the epoch. */
  readonly refreshDueAt: number;
  /** When the access token stops working, in milliseconds since the epoch. */
  readonly tokenExpiresAt: number;
  /** When the session ends whatever happens, in milliseconds since the epoch. */
  readonly endsAt: number;
  /** When the session ends unless it is used, in milliseconds since the epoch; never later than `endsAt`. */
  readonly idleEndsAt: number;
}

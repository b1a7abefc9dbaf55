import type { Scope } from './scope.js';

/** What a user allowed an application by one login; all tokens that descend from that login share it. */
export interface Grant {
  readonly clientId: string;
  readonly userId: string;
  readonly scope: readonly Scope[];
  /** False from the moment it is revoked; its tokens die with it. */
  alive: boolean;
}

/** Whether a grant is that user's and, if named, that application's. */
export function isGrantOf(
  grant: { readonly clientId: string; readonly userId: string },
  userId: string,
  clientId?: string,
): boolean {
  return grant.userId === userId && (clientId === undefined || grant.clientId === clientId);
}

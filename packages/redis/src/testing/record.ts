import type { SessionRecord } from '@aihubmix-auth/core';

/** A record as a login makes it, with the lengths of the real provider's tokens. */
export function sampleRecord(change: Partial<SessionRecord> = {}): SessionRecord {
  const now = Date.now();
  return {
    version: 1,
    subject: 'client_1:42',
    clientId: 'client_1',
    user: { id: '42', username: 'ada', email: 'ada@example.com', createdAt: null, status: 1 },
    scope: 'profile balance',
    tokens: 'sealed',
    refreshDueAt: now + 6_900_000,
    tokenExpiresAt: now + 7_200_000,
    endsAt: now + 2_592_000_000,
    idleEndsAt: now + 2_592_000_000,
    ...change,
  };
}

import type { SessionRecord } from '@aihubmix-auth/core';

/** The record as JSON, its version first: the compare-and-set script reads it there. */
export function encodeRecord({ version, ...rest }: SessionRecord): string {
  return JSON.stringify({ version, ...rest });
}

/**
 * The record in a stored value. One that cannot be read is a fault to be looked at, never a logout.
 *
 * @throws Error without the value, which holds personal data.
 */
export function decodeRecord(value: unknown): SessionRecord {
  const record = typeof value === 'string' ? parse(value) : undefined;
  if (!isSessionRecord(record)) {
    throw new Error('Redis holds a value under a session key that is no session record.');
  }
  return record;
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isSessionRecord(value: unknown): value is SessionRecord {
  if (!isObject(value) || !isObject(value.user)) return false;
  const { user } = value;
  return (
    Number.isSafeInteger(value.version) &&
    typeof value.subject === 'string' &&
    typeof value.clientId === 'string' &&
    typeof value.scope === 'string' &&
    typeof value.tokens === 'string' &&
    Number.isFinite(value.refreshDueAt) &&
    Number.isFinite(value.tokenExpiresAt) &&
    Number.isFinite(value.endsAt) &&
    Number.isFinite(value.idleEndsAt) &&
    typeof user.id === 'string' &&
    typeof user.username === 'string' &&
    isNullOr('string', user.email) &&
    isNullOr('string', user.createdAt) &&
    isNullOr('number', user.status)
  );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function isNullOr(type: 'string' | 'number', value: unknown): boolean {
  return value === null || typeof value === type;
}

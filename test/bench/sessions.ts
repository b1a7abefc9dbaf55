import { randomBytes } from 'node:crypto';
import { type Aihubmix, Secret, type Tokens, type User } from '@aihubmix-auth/core';

/** How many sessions are begun at the same time. */
const BATCH = 500;

/** One user per session: every session has an index entry of its own, which is the dearest case. */
export function userOf(index: number): User {
  return {
    id: `${1_000_000 + index}`,
    username: `user-${index}`,
    email: `user-${index}@example.com`,
    createdAt: '2024-01-01T00:00:00.000Z',
    status: 1,
  };
}

/** Tokens of so many characters, no two the same. */
export function tokensOf(access: number, refresh: number): Tokens {
  return {
    access: new Secret(randomText(access)),
    refresh: new Secret(randomText(refresh)),
    lifetime: 7_200,
  };
}

function randomText(length: number): string {
  return randomBytes(length).toString('base64url').slice(0, length);
}

/** Begins `count` sessions as a login does, and answers their cookies. */
export async function beginSessions(
  auth: Aihubmix,
  count: number,
  tokens: (index: number) => Tokens,
): Promise<string[]> {
  const cookies: string[] = [];
  while (cookies.length < count) {
    const first = cookies.length;
    const indices = Array.from({ length: Math.min(BATCH, count - first) }, (_, offset) => first + offset);
    const begun = indices.map((index) => auth.beginSession(userOf(index), tokens(index), 'profile balance'));
    for (const cookie of await Promise.all(begun)) cookies.push(cookie);
  }
  return cookies;
}

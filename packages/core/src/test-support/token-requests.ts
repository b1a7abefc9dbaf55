import { expect } from 'vitest';
import type { TestApp } from './app.js';

export const HOUR = 3_600_000;
export const MINUTE = 60_000;

/** Asks a route and answers status and body. */
export async function get(app: TestApp, route: string, cookie: string): Promise<[number, unknown]> {
  const response = await app.send(`/auth/${route}`, { headers: { cookie } });
  return [response.status, await response.json()];
}

/** How many refreshes the provider has seen. */
export const refreshes = (app: TestApp): number => app.mock.count('token', 'refresh_token');

export async function isLoggedIn(app: TestApp, cookie: string): Promise<boolean> {
  return ((await get(app, 'session', cookie))[1] as { authenticated: boolean }).authenticated;
}

/** Waits, without time passing, until `condition` holds. */
export async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000 && !condition(); turn += 1) await new Promise(setImmediate);
  expect(condition()).toBe(true);
}

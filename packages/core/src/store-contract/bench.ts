import assert from 'node:assert/strict';
import type { Clock, MaybePromise } from '../async.js';
import type { SessionRecord } from '../session/record.js';
import type { SessionLock, SessionStore } from '../session/store.js';

/** A store for one test, with nothing in it. */
export interface StoreUnderTest {
  readonly store: SessionStore;
  /** The clock that the store goes by, in milliseconds since the epoch. Default `Date.now`. */
  readonly now?: Clock;
  /** Moves that clock on by so many milliseconds. Without it the tests wait for real time to pass. */
  readonly advance?: (ms: number) => MaybePromise<void>;
  /** Called after the test. */
  readonly close?: () => MaybePromise<void>;
}

/** Defines a test on a store of its own. */
export type DefineTest = (statement: string, body: (bench: Bench) => Promise<void>) => void;

/** How many callers try the same thing at once. */
export const CROWD = 50;
/** A short life, in milliseconds, for what must end within a test. */
export const SHORT = 150;
/** Longer than any test. */
export const LONG = 600_000;
/** How much later than its time something may end in real time, in milliseconds. */
const GRACE = 10_000;

/** What a test works with. */
export class Bench {
  readonly store: SessionStore;
  readonly #made: StoreUnderTest;

  constructor(made: StoreUnderTest) {
    this.#made = made;
    this.store = made.store;
  }

  now(): number {
    return this.#made.now?.() ?? Date.now();
  }

  /** A record that lives for `life` milliseconds. */
  record(change: Partial<SessionRecord> = {}, life = LONG): SessionRecord {
    const now = this.now();
    return {
      version: 1,
      subject: 'client_1:42',
      clientId: 'client_1',
      user: { id: '42', username: 'ada', email: null, createdAt: '2022-01-01T00:00:00.000Z', status: 1 },
      scope: 'profile balance',
      tokens: 'sealed-tokens-1',
      refreshDueAt: now + 1_000,
      tokenExpiresAt: now + 2_000,
      endsAt: now + LONG,
      idleEndsAt: now + life,
      ...change,
    };
  }

  /** Lets a life of so many milliseconds end, then waits for what must come of it. */
  async after<T>(life: number, ask: () => MaybePromise<T>, wanted: (answer: T) => boolean): Promise<T> {
    await this.#made.advance?.(life + 1);
    const deadline = performance.now() + life + GRACE;
    for (;;) {
      const answer = await ask();
      if (wanted(answer)) return answer;
      assert.ok(performance.now() < deadline, 'it did not end in its time');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async isGoneAfter(life: number, key: string): Promise<void> {
    await this.after(
      life,
      () => this.store.get(key),
      (record) => record === undefined,
    );
  }
}

/** The answers of `CROWD` callers at once. */
export async function crowd<T>(act: (index: number) => MaybePromise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: CROWD }, async (_, index) => act(index)));
}

/** How many of them are so. */
export function times<T>(answers: readonly T[], wanted: (answer: T) => boolean): number {
  return answers.filter(wanted).length;
}

export const isTrue = (answer: boolean) => answer;
export const isHeld = (lock: SessionLock | undefined) => lock !== undefined;

/** Up to 128 printable ASCII characters each. */
export const ODD_KEYS = [
  '__proto__',
  'constructor',
  ' ',
  '{a}{b}',
  '*?[a-z]\\',
  '\'"`$(x);--',
  '../a/b:c%00',
  '~'.repeat(128),
];

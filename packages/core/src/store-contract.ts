import assert from 'node:assert/strict';
import type { MaybePromise } from './async.js';
import { Bench, LONG, type StoreUnderTest } from './store-contract/bench.js';
import { deleting } from './store-contract/deleting.js';
import { claims, locks } from './store-contract/exclusion.js';
import { records, replacing } from './store-contract/records.js';

export type { StoreUnderTest } from './store-contract/bench.js';

/** What the tests need of a test runner; vitest, jest and node:test have it. */
export interface TestRunner {
  readonly describe: (name: string, define: () => void) => unknown;
  readonly it: (name: string, test: () => Promise<void>) => unknown;
}

/**
 * Tests that hold a {@link SessionStore} to its contract:
 *
 * ```ts
 * import { describeSessionStore } from '@aihubmix-auth/core/store-contract';
 * import { describe, it } from 'vitest';
 *
 * describeSessionStore('my store', () => ({ store: myStore() }), { describe, it });
 * ```
 *
 * @param makeStore makes a store for each test; what one of them holds must not show in another.
 * @param runner default: the global `describe` and `it`.
 * @throws TypeError when there is no test runner.
 */
export function describeSessionStore(
  name: string,
  makeStore: () => MaybePromise<StoreUnderTest>,
  runner: TestRunner = globalRunner(),
): void {
  const { describe, it } = runner;

  /** A test on a store of its own. */
  function test(statement: string, body: (bench: Bench) => Promise<void>): void {
    it(statement, async () => {
      const made = await makeStore();
      try {
        await body(new Bench(made));
      } finally {
        await made.close?.();
      }
    });
  }

  describe(`${name} keeps the contract of a session store`, () => {
    describe('records', () => records(test));
    describe('replacing', () => replacing(test));
    describe('deleting', () => deleting(test));
    describe('claims', () => claims(test));
    describe('locks', () => locks(test));
    it('shares nothing with another store', () => isolation(makeStore));
  });
}

async function isolation(makeStore: () => MaybePromise<StoreUnderTest>): Promise<void> {
  const [one, other] = [await makeStore(), await makeStore()];
  try {
    const bench = new Bench(one);
    await one.store.create('key', bench.record());
    await one.store.claim('key', LONG);
    await one.store.lock('key', LONG);
    assert.equal(await other.store.get('key'), undefined);
    assert.equal(await other.store.delete('key'), false);
    assert.equal(await other.store.deleteAllOf('client_1:42'), 0);
    assert.equal(await other.store.claim('key', LONG), true);
    assert.ok(await other.store.lock('key', LONG));
    assert.notEqual(await one.store.get('key'), undefined);
  } finally {
    await one.close?.();
    await other.close?.();
  }
}

function globalRunner(): TestRunner {
  const { describe, it } = globalThis as Partial<TestRunner>;
  if (describe === undefined || it === undefined) {
    throw new TypeError(
      'describeSessionStore() needs the describe and it of a test runner, as its third argument.',
    );
  }
  return { describe, it };
}

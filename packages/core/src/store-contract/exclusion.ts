import assert from 'node:assert/strict';
import { crowd, type DefineTest, isHeld, isTrue, LONG, SHORT, times } from './bench.js';

/** Things that happen once. */
export function claims(test: DefineTest): void {
  test('gives a claim to one of 50 callers', async ({ store }) => {
    assert.equal(times(await crowd(() => store.claim('key', LONG)), isTrue), 1);
    assert.equal(await store.claim('key', LONG), false);
    assert.equal(await store.claim('another', LONG), true);
  });

  test('gives a claim again when its time is over, and not before', async (bench) => {
    assert.equal(await bench.store.claim('short', SHORT), true);
    assert.equal(await bench.store.claim('long', LONG), true);
    await bench.after(SHORT, () => bench.store.claim('short', LONG), isTrue);
    assert.equal(await bench.store.claim('short', LONG), false);
    assert.equal(await bench.store.claim('long', LONG), false);
  });

  test('keeps claims, locks and records of the same key apart', async (bench) => {
    const { store } = bench;
    assert.equal(await store.claim('key', LONG), true);
    assert.notEqual(await store.lock('key', LONG), undefined);
    assert.equal(await store.get('key'), undefined);
    await store.create('key', bench.record());
    assert.equal(await store.delete('key'), true);
    assert.equal(await store.claim('key', LONG), false);
    assert.equal(await store.lock('key', LONG), undefined);
  });
}

/** Things that one does at a time. */
export function locks(test: DefineTest): void {
  test('gives a lock to one of 50 callers', async ({ store }) => {
    assert.equal(times(await crowd(() => store.lock('key', LONG)), isHeld), 1);
    assert.notEqual(await store.lock('another', LONG), undefined);
  });

  test('gives a lock again once it was released', async ({ store }) => {
    for (let round = 0; round < 3; round += 1) {
      const lock = await store.lock('key', LONG);
      assert.ok(lock);
      assert.equal(await store.lock('key', LONG), undefined);
      await lock.release();
    }
  });

  test('lets another take over a lock whose lease is over, and not before', async (bench) => {
    assert.ok(await bench.store.lock('short', SHORT));
    assert.ok(await bench.store.lock('long', LONG));
    await bench.after(SHORT, () => bench.store.lock('short', LONG), isHeld);
    assert.equal(await bench.store.lock('long', LONG), undefined);
  });

  test('does not let one who lost a lock release it for its new holder', async (bench) => {
    const lost = await bench.store.lock('key', SHORT);
    const held = await bench.after(SHORT, () => bench.store.lock('key', LONG), isHeld);
    await lost?.release();
    assert.equal(await bench.store.lock('key', LONG), undefined);
    await held?.release();
    assert.ok(await bench.store.lock('key', LONG));
  });

  test('takes a second release for none', async ({ store }) => {
    const first = await store.lock('key', LONG);
    await first?.release();
    assert.ok(await store.lock('key', LONG));
    await first?.release();
    assert.equal(await store.lock('key', LONG), undefined);
  });
}

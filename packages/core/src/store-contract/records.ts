import assert from 'node:assert/strict';
import { crowd, type DefineTest, isTrue, ODD_KEYS, SHORT, times } from './bench.js';

/** In milliseconds; long enough to be written to before it is over. */
const SECOND = 1_000;

/** Reading and forgetting. */
export function records(test: DefineTest): void {
  test('answers undefined for a key that it does not know', async ({ store }) => {
    assert.equal(await store.get('unknown'), undefined);
  });

  test('gives back exactly what was stored', async (bench) => {
    const plain = bench.record();
    const odd = bench.record({
      version: 2 ** 40,
      user: {
        id: '9007199254740993',
        username: 'Zoë 🦊 "\\\n\u0000\ud800',
        email: '',
        createdAt: null,
        status: null,
      },
      scope: '',
      tokenExpiresAt: 0,
    });
    await bench.store.create('plain', plain);
    await bench.store.create('odd', odd);
    assert.deepEqual(await bench.store.get('plain'), plain);
    assert.deepEqual(await bench.store.get('odd'), odd);
  });

  test('keeps a record of 256 kB', async (bench) => {
    const record = bench.record({ tokens: 'x'.repeat(262_144) });
    await bench.store.create('large', record);
    assert.deepEqual(await bench.store.get('large'), record);
    const next = { ...record, version: 2, tokens: 'y'.repeat(262_144) };
    assert.equal(await bench.store.replace('large', 1, next), true);
    assert.deepEqual(await bench.store.get('large'), next);
  });

  test('takes any printable key, and tells them apart', async (bench) => {
    for (const key of ODD_KEYS) {
      assert.equal(await bench.store.get(key), undefined, key);
      await bench.store.create(key, bench.record({ scope: key }));
    }
    for (const key of ODD_KEYS) assert.equal((await bench.store.get(key))?.scope, key);
    for (const key of ODD_KEYS) assert.equal(await bench.store.delete(key), true, key);
  });

  test('forgets a record at its idleEndsAt and no other', async (bench) => {
    await bench.store.create('short', bench.record({}, SHORT));
    await bench.store.create('long', bench.record());
    assert.notEqual(await bench.store.get('long'), undefined);
    await bench.isGoneAfter(SHORT, 'short');
    assert.notEqual(await bench.store.get('long'), undefined);
    assert.equal(await bench.store.delete('short'), false);
  });
}

/** Compare and set. */
export function replacing(test: DefineTest): void {
  test('replaces the version that was named', async (bench) => {
    await bench.store.create('key', bench.record());
    const next = bench.record({ version: 2, tokens: 'sealed-tokens-2' });
    assert.equal(await bench.store.replace('key', 1, next), true);
    assert.deepEqual(await bench.store.get('key'), next);
  });

  test('leaves any other version as it is', async (bench) => {
    const record = bench.record({ version: 12 });
    await bench.store.create('key', record);
    for (const version of [1, 2, 11, 13, 120]) {
      assert.equal(await bench.store.replace('key', version, bench.record({ version: 99 })), false);
    }
    assert.deepEqual(await bench.store.get('key'), record);
  });

  test('lets one of 50 writers of the same version win, and keeps what that one wrote', async (bench) => {
    await bench.store.create('key', bench.record());
    const answers = await crowd((index) =>
      bench.store.replace('key', 1, bench.record({ version: 2, tokens: `from ${index}` })),
    );
    assert.equal(times(answers, isTrue), 1);
    assert.equal((await bench.store.get('key'))?.tokens, `from ${answers.indexOf(true)}`);
  });

  test('never creates a record', async (bench) => {
    assert.equal(await bench.store.replace('key', 1, bench.record()), false);
    assert.equal(await bench.store.get('key'), undefined);
  });

  test('never brings a deleted record back', async (bench) => {
    await bench.store.create('key', bench.record());
    await bench.store.delete('key');
    assert.equal(await bench.store.replace('key', 1, bench.record({ version: 2 })), false);
    assert.equal(await bench.store.get('key'), undefined);
  });

  test('never brings a record back while it is being deleted', async (bench) => {
    await crowd(async (index) => {
      const key = `key ${index}`;
      await bench.store.create(key, bench.record());
      const [, deleted] = await Promise.all([
        bench.store.replace(key, 1, bench.record({ version: 2 })),
        bench.store.delete(key),
      ]);
      assert.equal(deleted, true);
      assert.equal(await bench.store.get(key), undefined);
    });
  });

  test('never brings an expired record back', async (bench) => {
    await bench.store.create('key', bench.record({}, SHORT));
    await bench.isGoneAfter(SHORT, 'key');
    assert.equal(await bench.store.replace('key', 1, bench.record({ version: 2 })), false);
    assert.equal(await bench.store.get('key'), undefined);
  });

  test('moves the end of a record, later and earlier', async (bench) => {
    const { store } = bench;
    await store.create('longer', bench.record({}, SECOND));
    await store.create('shorter', bench.record());
    assert.equal(await store.replace('longer', 1, bench.record({ version: 2 })), true);
    assert.equal(await store.replace('shorter', 1, bench.record({ version: 2 }, SECOND)), true);
    await bench.isGoneAfter(SECOND, 'shorter');
    assert.equal((await store.get('longer'))?.version, 2);
  });
}

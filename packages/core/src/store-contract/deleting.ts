import assert from 'node:assert/strict';
import { CROWD, crowd, type DefineTest, isTrue, ODD_KEYS, SHORT, times } from './bench.js';

/** One record, or all of a subject. */
export function deleting(test: DefineTest): void {
  test('deletes a record once', async (bench) => {
    await bench.store.create('key', bench.record());
    assert.equal(await bench.store.delete('key'), true);
    assert.equal(await bench.store.get('key'), undefined);
    assert.equal(await bench.store.delete('key'), false);
  });

  test('tells one of 50 callers that it deleted the record', async (bench) => {
    await bench.store.create('key', bench.record());
    assert.equal(times(await crowd(() => bench.store.delete('key')), isTrue), 1);
  });

  test('deletes all records of a subject, whatever was written to them, and no others', async (bench) => {
    const { store } = bench;
    for (let index = 0; index < 5; index += 1) await store.create(`ada ${index}`, bench.record());
    await store.replace('ada 0', 1, bench.record({ version: 2 }));
    await store.delete('ada 1');
    await store.create('grace', bench.record({ subject: 'client_1:4' }));
    await store.create('other client', bench.record({ subject: 'client_2:42' }));
    assert.equal(await store.deleteAllOf('client_1:42'), 4);
    for (let index = 0; index < 5; index += 1) assert.equal(await store.get(`ada ${index}`), undefined);
    assert.notEqual(await store.get('grace'), undefined);
    assert.notEqual(await store.get('other client'), undefined);
    assert.equal(await store.deleteAllOf('client_1:42'), 0);
  });

  test('deletes 1,200 records of a subject in one call', async (bench) => {
    for (let start = 0; start < 1_200; start += CROWD) {
      await crowd((index) => bench.store.create(`key ${start + index}`, bench.record()));
    }
    assert.equal(await bench.store.deleteAllOf('client_1:42'), 1_200);
    assert.equal(await bench.store.get('key 1199'), undefined);
  });

  test('does not count the expired records of a subject', async (bench) => {
    await bench.store.create('short', bench.record({}, SHORT));
    await bench.store.create('long', bench.record());
    await bench.isGoneAfter(SHORT, 'short');
    assert.equal(await bench.store.deleteAllOf('client_1:42'), 1);
  });

  test('takes any subject, and tells them apart', async (bench) => {
    const subjects = [...ODD_KEYS, 'client_1:Zoë 🦊', ''];
    for (const [index, subject] of subjects.entries()) {
      await bench.store.create(`of ${index}`, bench.record({ subject }));
    }
    for (const [index, subject] of subjects.entries()) {
      assert.equal(await bench.store.deleteAllOf(subject), 1, subject);
      assert.equal(await bench.store.get(`of ${index}`), undefined, subject);
    }
  });
}

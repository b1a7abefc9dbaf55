import { describe, expect, it } from 'vitest';
import { Bench } from '../store-contract/bench.js';
import { describeSessionStore } from '../store-contract.js';
import { memoryStore } from './memory-store.js';

describeSessionStore(
  'memoryStore',
  () => {
    let time = Date.now();
    return {
      store: memoryStore({ now: () => time }),
      now: () => time,
      advance: (ms) => {
        time += ms;
      },
    };
  },
  { describe, it },
);

describeSessionStore('memoryStore in real time', () => ({ store: memoryStore() }), { describe, it });

describe('memoryStore', () => {
  it('keeps no more than maxSessions, and lets the oldest login make room', async () => {
    const store = memoryStore({ maxSessions: 2 });
    const bench = new Bench({ store });
    for (const key of ['first', 'second', 'third']) await store.create(key, bench.record());
    expect(await store.get('first')).toBeUndefined();
    expect(await store.get('second')).toBeDefined();
    expect(await store.get('third')).toBeDefined();
    expect(await store.deleteAllOf(bench.record().subject)).toBe(2);
  });
});

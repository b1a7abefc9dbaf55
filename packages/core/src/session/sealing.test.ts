import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createSealer } from './sealing.js';

const old = 'the older secret, of more than 32 characters';
const current = 'the newer secret, of more than 32 characters';

test('what was sealed opens again, for its own purpose only', () => {
  const sealer = createSealer([current]);
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), fc.string(), (text, purpose, other) => {
      const sealed = sealer.seal(purpose, text);
      expect(sealed).toMatch(/^[A-Za-z0-9_-]+$/);
      expect(sealer.open(purpose, sealed)).toBe(Buffer.from(text).toString());
      if (other !== purpose) expect(sealer.open(other, sealed)).toBeUndefined();
    }),
  );
});

test('any changed character breaks the seal', () => {
  const sealer = createSealer([current]);
  const sealed = sealer.seal('p', 'text');
  for (let at = 0; at < sealed.length; at += 1) {
    const replacement = sealed[at] === 'A' ? 'B' : 'A';
    const changed = sealed.slice(0, at) + replacement + sealed.slice(at + 1);
    const sameBytes = Buffer.from(changed.slice(8), 'base64url').equals(
      Buffer.from(sealed.slice(8), 'base64url'),
    );
    if (at >= 8 && sameBytes) continue;
    expect(sealer.open('p', changed)).toBeUndefined();
  }
});

test('nothing that is not a seal opens or throws', () => {
  const sealer = createSealer([current]);
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => sealer.open('p', text) === undefined));
  expect(sealer.open('p', sealer.seal('p', 'text').slice(0, 30))).toBeUndefined();
});

test('the same text is never sealed the same way twice', () => {
  const sealer = createSealer([current]);
  expect(sealer.seal('p', 'text')).not.toBe(sealer.seal('p', 'text'));
});

test('after rotation the first secret seals and every secret opens', () => {
  const before = createSealer([old]).seal('p', 'text');
  const rotated = createSealer([current, old]);
  expect(rotated.open('p', before)).toBe('text');
  expect(rotated.knows(before)).toBe(true);
  expect(createSealer([current]).open('p', rotated.seal('p', 'new'))).toBe('new');
});

test('a removed secret opens nothing, and that is known without opening', () => {
  const before = createSealer([old]).seal('p', 'text');
  const sealer = createSealer([current]);
  expect(sealer.open('p', before)).toBeUndefined();
  expect(sealer.knows(before)).toBe(false);
});

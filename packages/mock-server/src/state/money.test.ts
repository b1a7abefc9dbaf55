import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatAmount, parseAmount, quotaUnits } from './money.js';

describe('money', () => {
  it('survives being written and read, whatever the amount', () => {
    fc.assert(fc.property(fc.bigInt(), (micros) => parseAmount(formatAmount(micros)) === micros));
  });

  it.each([
    ['750', '750.00'],
    ['0.1', '0.10'],
    ['-0.000002', '-0.000002'],
    ['12.345600', '12.3456'],
    ['90071992547409.930001', '90071992547409.930001'],
  ])('shows %s as %s', (text, shown) => {
    expect(formatAmount(parseAmount(text))).toBe(shown);
  });

  it.each(['', '.5', '1.', '1e3', '1,000', '0.0000001', ' 1', '$1', 'NaN'])('refuses %j', (text) => {
    expect(() => parseAmount(text)).toThrow(RangeError);
  });

  it('counts 500,000 quota units in a dollar', () => {
    expect(quotaUnits(parseAmount('1'))).toBe(500_000);
  });
});

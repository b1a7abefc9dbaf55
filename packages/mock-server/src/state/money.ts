/** Micro-dollars in one dollar. */
const MICROS = 1_000_000n;

/** Micro-dollars in one quota unit, of which a dollar has 500,000. */
const MICROS_PER_UNIT = 2n;

/**
 * Reads a decimal string in US dollars as micro-dollars.
 * @throws RangeError when it is no plain decimal with at most six decimals.
 */
export function parseAmount(text: string): bigint {
  const match = /^(-?)(\d+)(?:\.(\d{1,6}))?$/.exec(text);
  if (!match) throw new RangeError(`not an amount with at most six decimals: ${JSON.stringify(text)}`);
  const [, sign, whole = '0', fraction = ''] = match;
  const micros = BigInt(whole) * MICROS + BigInt(fraction.padEnd(6, '0'));
  return sign === '-' ? -micros : micros;
}

/** Writes micro-dollars as a decimal string, with two decimals at least and six at most. */
export function formatAmount(micros: bigint): string {
  const size = micros < 0n ? -micros : micros;
  const fraction = (size % MICROS)
    .toString()
    .padStart(6, '0')
    .replace(/0{1,4}$/, '');
  return `${micros < 0n ? '-' : ''}${size / MICROS}.${fraction}`;
}

/** Whole quota units (1/500,000 dollar) in an amount of micro-dollars. */
export function quotaUnits(micros: bigint): number {
  return Number(micros / MICROS_PER_UNIT);
}

import { describe, expect, test } from 'vitest';
import { parseUserInfo } from './profile.js';

const documented = {
  id: 12345,
  username: 'user123',
  email: 'user@example.com',
  quota: 1000000,
  used_quota: 250000,
  balance_formatted: '750.00',
  created_time: 1640995200,
  status: 1,
};
const parse = (change: object, scope = 'profile balance') =>
  parseUserInfo({ ...documented, ...change }, scope);

test('the documented answer is mapped field by field', () => {
  expect(parseUserInfo(documented, 'profile balance')).toEqual({
    user: {
      id: '12345',
      username: 'user123',
      email: 'user@example.com',
      createdAt: '2022-01-01T00:00:00.000Z',
      status: 1,
    },
    balance: { amount: '750.00', formatted: '750.00', quota: 1000000, usedQuota: 250000, unlimited: false },
  });
});

test('fields that are not known stop here', () => {
  const { user, balance } = parse({ password: 'x', __proto__: { admin: true }, role: 100 });
  expect(Object.keys(user)).toEqual(['id', 'username', 'email', 'createdAt', 'status']);
  expect(Object.keys(balance ?? {})).toEqual(['amount', 'formatted', 'quota', 'usedQuota', 'unlimited']);
});

describe('ids', () => {
  test.each([
    [0, '0'],
    [1, '1'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    ['12345', '12345'],
    ['9007199254740993', '9007199254740993'],
  ])('%j is %j', (id, expected) => {
    expect(parse({ id }).user.id).toBe(expected);
  });

  test.each([
    [2 ** 53],
    [1.5],
    [-1],
    [Number.NaN],
    [''],
    ['007'],
    ['1e3'],
    ['12345 '],
    ['٣'],
    [null],
    [undefined],
    [[1]],
    [{}],
    [true],
  ])('%j is provider_error', (id) => {
    expect(() => parse({ id })).toThrow(expect.objectContaining({ code: 'provider_error' }));
  });
});

describe('what the provider did not say is null', () => {
  test.each<[string, object, object]>([
    ['no e-mail', { email: undefined }, { email: null }],
    ['an empty e-mail', { email: '' }, { email: null }],
    ['an e-mail that is no text', { email: 5 }, { email: null }],
    ['no date', { created_time: undefined }, { createdAt: null }],
    ['a date as text', { created_time: 'x' }, { createdAt: null }],
    ['a date that is none', { created_time: 1e300 }, { createdAt: null }],
    ['a negative date', { created_time: -5 }, { createdAt: null }],
    ['milliseconds where seconds belong', { created_time: 1640995200000 }, { createdAt: null }],
    ['no status', { status: undefined }, { status: null }],
    ['a status as text', { status: 'enabled' }, { status: null }],
  ])('%s', (_name, change, expected) => {
    expect(parse(change).user).toMatchObject(expected);
  });

  test('a disabled user is passed on as such', () => {
    expect(parse({ status: 2 }).user.status).toBe(2);
  });

  test('no balance without the balance fields', () => {
    const { id, username } = documented;
    expect(parseUserInfo({ id, username }, 'profile').balance).toBeNull();
    expect(parse({ balance_formatted: 750 }).balance).toBeNull();
    expect(parse({ balance_formatted: '' }).balance).toBeNull();
  });

  test('counters that cannot be exact', () => {
    expect(parse({ quota: 2 ** 60, used_quota: '5' }).balance).toMatchObject({
      quota: null,
      usedQuota: null,
    });
  });
});

describe('a username', () => {
  test('may be missing only where profile was not granted', () => {
    expect(parse({ username: undefined }, 'balance').user.username).toBe('');
    expect(() => parse({ username: undefined })).toThrow(expect.objectContaining({ code: 'provider_error' }));
    expect(() => parse({ username: 5 }, 'balance')).toThrow(
      expect.objectContaining({ code: 'provider_error' }),
    );
  });
});

describe('amounts', () => {
  test.each([
    ['750.00', '750.00'],
    ['0', '0'],
    ['-0', '-0'],
    ['-12.50', '-12.50'],
    ['\u221212.50', '-12.50'],
    ['$750.00', '750.00'],
    ['-$5.00', '-5.00'],
    ['$-5.00', '-5.00'],
    ['US$ 1,234.50', '1234.50'],
    ['¥1,234,567.89', '1234567.89'],
    ['750.00 USD', '750.00'],
    [' 750.00 ', '750.00'],
    ['123456789012345678901234567890.123456789', '123456789012345678901234567890.123456789'],
  ])('%j is %j', (formatted, amount) => {
    expect(parse({ balance_formatted: formatted }).balance).toMatchObject({
      amount,
      formatted,
      unlimited: false,
    });
  });

  test.each([
    '1e309',
    '1.234,50',
    '1.234,50 €',
    '1 234,50',
    '750,00',
    '12,34',
    '.5',
    '5.',
    '--5',
    '-$-5',
    '1.2.3',
    'n/a',
    '∞',
    'NaN',
    '0x10',
    '(5.00)',
  ])('%j holds no plain number', (formatted) => {
    expect(parse({ balance_formatted: formatted }).balance).toMatchObject({
      amount: null,
      formatted,
      unlimited: false,
    });
  });

  test.each(['-0.000002', '\u22120.000002', '$-0.000002'])('%j is an unlimited account', (formatted) => {
    expect(parse({ balance_formatted: formatted }).balance).toMatchObject({
      amount: null,
      formatted,
      unlimited: true,
    });
  });

  test.each(['-0.01', '-0.0002', '0.000002', '-0.00', '-1.000002'])('%j is not', (formatted) => {
    expect(parse({ balance_formatted: formatted }).balance?.unlimited).toBe(false);
  });
});

test.each([
  [null],
  [[]],
  ['text'],
  [5],
  [{}],
  [{ success: false, message: 'no' }],
  [{ error: { message: 'x', type: 'y' } }],
])('%j is not a user', (answer) => {
  expect(() => parseUserInfo(answer, 'profile balance')).toThrow(
    expect.objectContaining({ code: 'provider_error' }),
  );
});

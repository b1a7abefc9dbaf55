import { expect } from 'vitest';
import { beginLogin, loggedIn } from './browser.js';
import type { Answer } from './client.js';
import { type Cases, conformance, type Site } from './site.js';

type Fields = Record<string, unknown>;

/** What `/userinfo` answers when the provider's answer has these fields. */
async function userinfoWith(site: Site, patch: Fields): Promise<Answer> {
  const browser = await loggedIn(site);
  site.mock.fault('userinfo', { type: 'patch', patch }, { times: 1 });
  return browser.fetch('/auth/userinfo');
}

/** A login whose userinfo answer is this JSON text. */
async function loginWith(site: Site, json: string) {
  const browser = site.browser();
  const back = await beginLogin(browser);
  site.mock.fault('userinfo', { type: 'body', body: json }, { times: 1 });
  const answer = await browser.fetch(back);
  return { browser, answer, session: await browser.session() };
}

const withId = (id: string) =>
  `{"id":${id},"username":"x","email":"x@example.com","created_time":1640995200,"status":1}`;

/** JSON text of an id, and the id that we make of it. */
const GOOD_IDS: readonly (readonly [string, string])[] = [
  ['12345', '12345'],
  ['"12345"', '12345'],
  ['1', '1'],
  ['9007199254740991', '9007199254740991'],
  ['1e3', '1000'],
  ['12345.0', '12345'],
  ['"9007199254740993"', '9007199254740993'],
  ['"18446744073709551615"', '18446744073709551615'],
];
const BAD_IDS = [
  '9007199254740992',
  '9007199254740993',
  '18446744073709551615',
  '1e300',
  '1e309',
  '-1e309',
  'null',
  '""',
  'true',
  'false',
  '{}',
  '[]',
  '[12345]',
  '{"id":1}',
  '" "',
  '"\\u0000"',
  '"a\\r\\nb"',
  `"${'9'.repeat(5000)}"`,
];

const ids: Cases = {
  'an id is one canonical string, whether the provider sends a number or text': async (site) => {
    for (const [json, id] of GOOD_IDS) {
      const { answer, session } = await loginWith(site, withId(json));
      expect([json, answer.status, session.user?.id]).toEqual([json, 303, id]);
    }
  },
  'an id that is missing, no id, or not carried exactly by JSON is provider_error, and nobody is logged in':
    async (site) => {
      for (const json of BAD_IDS) {
        const { answer, session } = await loginWith(site, withId(json));
        expect([json, answer.status, answer.code]).toEqual([json, 502, 'provider_error']);
        expect(session).toEqual({ authenticated: false });
      }
      const { answer } = await loginWith(site, '{"username":"x","email":"12345@example.com"}');
      expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
    },
  'id 0 is either refused or the user "0", and no other': async (site) => {
    for (const json of ['0', '-0']) {
      const { answer, session } = await loginWith(site, withId(json));
      if (answer.status === 303) expect(session.user.id).toBe('0');
      else expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
    }
  },
  'two users with one e-mail address are two users': async (site) => {
    const one = await loginWith(site, withId('111'));
    const two = await loginWith(site, withId('222'));
    expect([one.session.user.id, two.session.user.id]).toEqual(['111', '222']);
    expect(await site.core.endSessionsOf('111')).toBe(1);
    expect((await two.browser.session()).authenticated).toBe(true);
  },
  'an id given twice, or hidden in a prototype, makes no other user': async (site) => {
    const { answer } = await loginWith(
      site,
      '{"__proto__":{"id":12345},"constructor":{"id":1},"username":"x"}',
    );
    expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
  },
};
conformance('ids', ids);

const user: Cases = {
  'what the provider does not say of a user is null': async (site) => {
    const nothing = { email: undefined, created_time: undefined, status: undefined };
    const answer = await userinfoWith(site, nothing);
    expect(answer.json().user).toEqual({
      id: '12345',
      username: 'ada',
      email: null,
      createdAt: null,
      status: null,
    });
    expect((await userinfoWith(site, { email: '' })).json().user.email).toBeNull();
    expect((await userinfoWith(site, { email: null })).json().user.email).toBeNull();
  },
  'status is passed on, also that of a disabled user': async (site) => {
    for (const status of [1, 2, 0, 3, -1]) {
      expect((await userinfoWith(site, { status })).json().user.status).toBe(status);
    }
  },
  'created_time in Unix seconds becomes an ISO date in UTC': async (site) => {
    expect((await userinfoWith(site, { created_time: 1 })).json().user.createdAt).toBe(
      '1970-01-01T00:00:01.000Z',
    );
    expect((await userinfoWith(site, { created_time: 1_735_689_599 })).json().user.createdAt).toBe(
      '2024-12-31T23:59:59.000Z',
    );
  },
  'a field of a wrong type or beyond all bounds is never a fault of ours, nor passed on as it is': async (
    site,
  ) => {
    const odd: readonly Fields[] = [
      { created_time: 1e20 },
      { created_time: -1e20 },
      { created_time: 'canary' },
      { created_time: {} },
      { status: 'canary' },
      { status: {} },
      { status: [1] },
      { email: 12 },
      { email: { canary: 1 } },
      { email: ['canary'] },
      { username: { canary: 1 } },
      { username: ['canary'] },
      { username: 12 },
      { username: null },
      { username: undefined },
    ];
    for (const patch of odd) {
      const answer = await userinfoWith(site, patch);
      const what = JSON.stringify(patch);
      expect([what, [200, 502].includes(answer.status)]).toEqual([what, true]);
      expect(answer.text).not.toContain('canary');
      if (answer.status === 502) {
        expect(answer.code).toBe('provider_error');
        continue;
      }
      const { user: seen } = answer.json();
      expect(seen).toEqual({
        id: '12345',
        username: expect.any(String),
        email: seen.email === null ? null : expect.any(String),
        createdAt: seen.createdAt === null ? null : expect.stringMatching(/^\d{4}-.*Z$/),
        status: seen.status === null ? null : expect.any(Number),
      });
    }
  },
  'names and addresses are passed on exactly, whatever they hold': async (site) => {
    for (const username of ['<script>alert(1)</script>', '用户', 'a\r\nb', '😀', '"quoted"', '\u2028', '']) {
      const answer = await userinfoWith(site, { username });
      if (username !== '' || answer.status === 200) expect(answer.json().user.username).toBe(username);
      else expect(answer.code).toBe('provider_error');
    }
  },
};
conformance('users', user);

/** `balance_formatted`, and the amount; `null`: the text holds no plain number. */
const AMOUNTS: readonly (readonly [string, string | null])[] = [
  ['750.00', '750.00'],
  ['0.00', '0.00'],
  ['0', '0'],
  ['12', '12'],
  ['$750.00', '750.00'],
  ['$1,234.56', '1234.56'],
  ['1,234,567.89', '1234567.89'],
  ['¥12.50', '12.50'],
  ['€ 12.50', '12.50'],
  ['0.1', '0.1'],
  ['0.30000000000000004', '0.30000000000000004'],
  ['99999999999999999999.99', '99999999999999999999.99'],
  ['-5.25', '-5.25'],
  ['0.000001', '0.000001'],
  ['1e309', null],
  ['1e3', null],
  ['NaN', null],
  ['Infinity', null],
  ['unlimited', null],
  ['无限', null],
  ['∞', null],
  ['', null],
  ['-', null],
  ['$', null],
  ['.', null],
  ['1.2.3', null],
  ['1.234,56', null],
  ['1 234,56', null],
  ['12,50', null],
  ['1,23,456.00', null],
  ['12.50 of 100.00', null],
  ['0x10', null],
  ['٧٥٠', null],
  ['７５０', null],
  ['1_000', null],
  ['--5', null],
];

const balance: Cases = {
  'amount is the decimal in balance_formatted without symbol or separators, and null where there is none':
    async (site) => {
      for (const [formatted, amount] of AMOUNTS) {
        const answer = await userinfoWith(site, { balance_formatted: formatted });
        expect([formatted, answer.status, answer.json().balance?.amount ?? null]).toEqual([
          formatted,
          200,
          amount,
        ]);
        if (answer.json().balance !== null) expect(answer.json().balance.formatted).toBe(formatted);
      }
    },
  'a negative zero is passed through exactly or null, and no 0 is ever invented': async (site) => {
    for (const formatted of ['-0', '-0.00', '−0.5']) {
      const { balance: seen } = (await userinfoWith(site, { balance_formatted: formatted })).json();
      expect([null, formatted, '-0.5']).toContain(seen.amount);
    }
    for (const odd of [750, null, {}, [], true, ['1.00'], '١']) {
      const answer = await userinfoWith(site, { balance_formatted: odd });
      expect([200, 502]).toContain(answer.status);
      const amount = answer.status === 200 ? (answer.json().balance?.amount ?? null) : null;
      expect([null, odd === 750 ? '750' : null]).toContain(amount);
    }
    const browser = await loggedIn(site);
    for (const json of ['1e309', '-0', '1e-400']) {
      const body = `{"id":12345,"username":"ada","balance_formatted":${json},"quota":${json},"used_quota":${json}}`;
      site.mock.fault('userinfo', { type: 'body', body }, { times: 1 });
      const answer = await browser.fetch('/auth/userinfo');
      expect([200, 502]).toContain(answer.status);
      if (answer.status === 200) expect([json, answer.json().balance?.amount ?? null]).toEqual([json, null]);
    }
  },
  'the gateway’s tiny negative remainder means unlimited, without an amount': async (site) => {
    const { balance: seen } = (await userinfoWith(site, { balance_formatted: '-0.000002' })).json();
    expect(seen).toMatchObject({ unlimited: true, amount: null, formatted: '-0.000002' });
  },
  'quota and used quota are passed on as they are, and null when absent; no money is computed from them':
    async (site) => {
      const both = (await userinfoWith(site, { quota: 1_000_000, used_quota: 0 })).json().balance;
      expect(both).toEqual({
        amount: '750.00',
        formatted: '750.00',
        quota: 1_000_000,
        usedQuota: 0,
        unlimited: false,
      });
      const none = (await userinfoWith(site, { quota: undefined, used_quota: undefined })).json().balance;
      expect(none).toEqual({
        amount: '750.00',
        formatted: '750.00',
        quota: null,
        usedQuota: null,
        unlimited: false,
      });
      for (const odd of ['canary', {}, [1], true, 'Infinity']) {
        const answer = await userinfoWith(site, { quota: odd, used_quota: odd });
        expect([200, 502]).toContain(answer.status);
        expect(answer.text).not.toContain('canary');
        if (answer.status === 200) expect([odd, answer.json().balance.quota]).toEqual([odd, null]);
      }
    },
  'quota without balance_formatted is not made into money': async (site) => {
    const answer = await userinfoWith(site, {
      balance_formatted: undefined,
      quota: 1_000_000,
      used_quota: 250_000,
    });
    expect([200, 502]).toContain(answer.status);
    if (answer.status === 200) expect(answer.json().balance?.amount ?? null).toBeNull();
  },
  'balance and userinfo say the same': async (site) => {
    const browser = await loggedIn(site);
    site.mock.fault('userinfo', { type: 'patch', patch: { balance_formatted: '$1,234.50' } }, { times: 2 });
    const [info, alone] = [await browser.fetch('/auth/userinfo'), await browser.fetch('/auth/balance')];
    expect(info.json().balance).toEqual(alone.json());
  },
};
conformance('balances', balance);

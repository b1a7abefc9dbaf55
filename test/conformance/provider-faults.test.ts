import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'vitest';
import { beginLogin, loggedIn } from './browser.js';
import { type Cases, conformance, eventually, pause, type Site } from './site.js';

type Fault = Parameters<Site['mock']['fault']>[1];
type Row = readonly [what: string, fault: Fault, code: 'provider_error' | 'provider_unavailable'];

const STATUS = { provider_error: 502, provider_unavailable: 503 };
const text = (body: string | Uint8Array, more: Partial<Extract<Fault, { type: 'body' }>> = {}): Fault => ({
  type: 'body',
  body,
  ...more,
});
const BOM = '\ufeff';
const bomb = gzipSync(Buffer.alloc(60_000_000, 32), { level: 9 });
const stacked = Array.from({ length: 8 }).reduce<Buffer>((inner) => gzipSync(inner), Buffer.from('{}'));
const padding = ' '.repeat(1_500_000);

/** What any endpoint may do to us, and what we make of it. */
const ANYWHERE: readonly Row[] = [
  ['500', { type: 'status', status: 500, body: 'canary' }, 'provider_unavailable'],
  [
    '503 with Retry-After',
    { type: 'status', status: 503, headers: { 'retry-after': '17' } },
    'provider_unavailable',
  ],
  ['502 with HTML', text('<html>canary', { status: 502, contentType: 'text/html' }), 'provider_unavailable'],
  ['599', { type: 'status', status: 599 }, 'provider_unavailable'],
  ['429', { type: 'status', status: 429, headers: { 'retry-after': '17' } }, 'provider_unavailable'],
  ['429 without Retry-After', { type: 'status', status: 429 }, 'provider_unavailable'],
  [
    '429 with a forged Retry-After',
    { type: 'status', status: 429, headers: { 'retry-after': 'canary<script>' } },
    'provider_unavailable',
  ],
  ['no answer', { type: 'hang' }, 'provider_unavailable'],
  ['a byte at a time', { type: 'slow-body', msPerByte: 50 }, 'provider_unavailable'],
  ['a cut connection', { type: 'drop', when: 'before' }, 'provider_unavailable'],
  ['HTML with 200', text('<html>canary</html>', { contentType: 'text/html' }), 'provider_error'],
  ['HTML as JSON', text('<html>canary</html>'), 'provider_error'],
  ['an empty body', text(''), 'provider_error'],
  ['a truncated body', text('{"id":12345,"access_token":"ca'), 'provider_error'],
  ['null', text('null'), 'provider_error'],
  ['a number', text('12345'), 'provider_error'],
  ['a list', text('[{"id":12345}]'), 'provider_error'],
  ['a text', text('"canary"'), 'provider_error'],
  ['an empty object', text('{}'), 'provider_error'],
  [
    '__proto__',
    text(
      '{"__proto__":{"id":12345,"username":"x","access_token":"x","token_type":"Bearer","topup_url":"https://x.example"}}',
    ),
    'provider_error',
  ],
  ['the gateway’s success false', { type: 'gateway-error', message: 'canary' }, 'provider_error'],
  [
    'the gateway’s error object',
    { type: 'gateway-error', shape: 'error-object', message: 'canary' },
    'provider_error',
  ],
  [
    '400',
    text('{"error":"invalid_request","error_description":"canary"}', { status: 400 }),
    'provider_error',
  ],
  ['403', { type: 'status', status: 403, body: 'canary' }, 'provider_error'],
  ['404', { type: 'status', status: 404 }, 'provider_error'],
  ['204', { type: 'status', status: 204 }, 'provider_error'],
  ['304', { type: 'status', status: 304 }, 'provider_error'],
  [
    'a body over 1 MB',
    text(`{"id":12345,"username":"x",${padding}"topup_url":"https://x.example"}`),
    'provider_error',
  ],
  ['a gzip bomb', text(bomb, { headers: { 'content-encoding': 'gzip' } }), 'provider_error'],
  [
    'stacked encodings',
    text(stacked, { headers: { 'content-encoding': Array(8).fill('gzip').join(', ') } }),
    'provider_error',
  ],
  [
    'an encoding that it is not in',
    text('{}', { headers: { 'content-encoding': 'gzip' } }),
    'provider_error',
  ],
  ['bytes that are no UTF-8', text(new Uint8Array([0x7b, 0xff, 0xfe, 0x7d])), 'provider_error'],
  ['a JSON of a hundred thousand levels', text('['.repeat(100_000)), 'provider_error'],
];

type Step = readonly [step: string, endpoint: 'token' | 'userinfo' | 'topup', path: string | undefined];
const STEPS: readonly Step[] = [
  ['the code exchange', 'token', undefined],
  ['userinfo at login', 'userinfo', undefined],
  ['userinfo', 'userinfo', '/auth/userinfo'],
  ['balance', 'userinfo', '/auth/balance'],
  ['topup', 'topup', '/auth/topup'],
];

function check(endpoint: Step[1], path: Step[2], [what, fault, code]: Row): (site: Site) => Promise<void> {
  return async (site) => {
    const browser = path === undefined ? site.browser() : await loggedIn(site);
    const target = path ?? (await beginLogin(browser));
    const before = await browser.session();
    site.mock.fault(endpoint, fault);
    const start = Date.now();
    const answer = await browser.fetch(target);
    expect([answer.status, answer.code]).toEqual([STATUS[code], code]);
    expect(Date.now() - start).toBeLessThan(2_000);
    expect(answer.headerText + answer.text).not.toContain('canary');
    const told = 'headers' in fault ? fault.headers?.['retry-after'] : undefined;
    expect(answer.headers['retry-after']).toBe(told === '17' ? '17' : undefined);
    expect(answer.setCookies.filter(({ name }) => name === site.sessionCookie)).toEqual([]);
    expect(await browser.session()).toEqual(before);
    site.mock.clearFaults();
    if (path !== undefined) expect([what, (await browser.fetch(path)).status]).toEqual([what, 200]);
  };
}

const table: Cases = Object.fromEntries(
  STEPS.flatMap(([step, endpoint, path]) =>
    ANYWHERE.map((row) => [
      `${row[0]} at ${step} is ${row[2]}, and changes no session`,
      check(endpoint, path, row),
    ]),
  ),
);
conformance('provider faults', table, { options: { timeout: 400 } });

const more: Cases = {
  'a refused client secret is provider_error, with a message that tells the operator and holds no secret':
    async (site) => {
      for (const status of [400, 401]) {
        const browser = site.browser();
        const back = await beginLogin(browser);
        const description = `secret ${site.options.clientSecret} is wrong`;
        site.mock.fault(
          'token',
          text(JSON.stringify({ error: 'invalid_client', error_description: description }), { status }),
          { times: 1 },
        );
        const answer = await browser.fetch(back);
        expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
        expect(answer.json().message).toMatch(/client (id|secret)|clientId|clientSecret/i);
        expect(answer.text).not.toContain(site.options.clientSecret);
      }
    },
  'a refused code is provider_error': async (site) => {
    const browser = site.browser();
    const state = new URL(await beginLogin(browser), site.origin).searchParams.get('state');
    const answer = await browser.fetch(`/auth/callback?code=made-up&state=${state}`);
    expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
    expect(answer.text).not.toContain('made-up');
    expect(site.mock.count('token')).toBe(1);
  },
  'a code of another login does not match the verifier and is refused': async (site) => {
    const victim = new URL(await beginLogin(site.browser()), site.origin).searchParams.get('code');
    const attacker = site.browser();
    const state = new URL(await beginLogin(attacker), site.origin).searchParams.get('state');
    const answer = await attacker.fetch(`/auth/callback?code=${victim}&state=${state}`);
    expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
    expect(site.mock.violations).toContain('code_verifier does not match the code_challenge');
    site.mock.clearViolations();
    expect(await attacker.session()).toEqual({ authenticated: false });
  },
  'odd codes are passed on as they are, and never a fault of ours': async (site) => {
    for (const code of [
      '%00',
      '%0d%0aX',
      '%F0%9F%98%80',
      'a+b',
      'x'.repeat(4000),
      '%26client_id%3Devil',
      '%ff',
    ]) {
      const browser = site.browser();
      const state = new URL(await beginLogin(browser), site.origin).searchParams.get('state');
      const answer = await browser.fetch(`/auth/callback?code=${code}&state=${state}`);
      expect([code, [400, 502].includes(answer.status)]).toEqual([code, true]);
    }
    for (const { params } of site.mock.requests) expect(params.client_id).toBe(site.options.clientId);
  },
  'a redirect of any endpoint is never followed, and no secret is sent on': async (site) => {
    const asked: string[] = [];
    const sink = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.end('{}');
    });
    await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
    const location = `http://127.0.0.1:${(sink.address() as AddressInfo).port}/stolen`;
    try {
      for (const status of [301, 302, 303, 307, 308]) {
        for (const [, endpoint, path] of STEPS) {
          await check(endpoint, path, [
            'redirect',
            { type: 'status', status, headers: { location } },
            'provider_error',
          ])(site);
        }
      }
      expect(asked).toEqual([]);
    } finally {
      sink.close();
    }
  },
  'a byte order mark before an answer is provider_error': async (site) => {
    const browser = await loggedIn(site);
    site.mock.fault('userinfo', text(`${BOM}{"id":12345,"username":"ada","balance_formatted":"1.00"}`), {
      times: 1,
    });
    const answer = await browser.fetch('/auth/userinfo');
    expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
  },
  'a login whose userinfo fails leaves nobody logged in, and a second login works': async (site) => {
    const browser = site.browser();
    site.mock.fault('userinfo', { type: 'status', status: 401 }, { times: 1 });
    const answer = await browser.fetch(await beginLogin(browser));
    expect([answer.status, answer.code]).toEqual([502, 'provider_error']);
    expect((await loggedIn(site)).jar).toBeDefined();
  },
  'a call that the client gives up on does not stop the next': async (site) => {
    const browser = await loggedIn(site);
    site.mock.fault('userinfo', { type: 'hang' }, { times: 1 });
    void browser.fetch('/auth/balance').catch(() => undefined);
    await pause(20);
    await eventually(() => site.mock.count('userinfo') > 0);
    await pause(500);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
  },
};
conformance('provider answers at login', more, { options: { timeout: 400 } });

const refused: Cases = {
  'a provider that nobody can connect to is provider_unavailable': async (site) => {
    const browser = site.browser();
    const begun = await browser.visit('/auth/login');
    const state = new URL(begun.location).searchParams.get('state');
    const start = Date.now();
    const answer = await browser.fetch(`/auth/callback?code=x&state=${state}`);
    expect([answer.status, answer.code]).toEqual([503, 'provider_unavailable']);
    expect(Date.now() - start).toBeLessThan(2_000);
  },
};
conformance('provider that is off', refused, { options: { baseUrl: 'http://127.0.0.1:9' } });

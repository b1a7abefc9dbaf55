import { inspect } from 'node:util';
import { memoryStore } from '@aihubmix-auth/core';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type Browser, beginLogin, FETCH, HTML, loggedIn, login } from './browser.js';
import type { Answer } from './client.js';
import { type Cases, conformance, pause, SESSION_SECRET, type Site } from './site.js';

/** What the process wrote, by whatever way. */
const written: string[] = [];
const keep = (...args: unknown[]) => {
  written.push(args.map((arg) => (typeof arg === 'string' ? arg : inspect(arg, { depth: 10 }))).join(' '));
  return true;
};
const METHODS = ['log', 'info', 'warn', 'error', 'debug', 'trace'] as const;
const onWarning = (warning: Error) => void keep(warning);

beforeAll(() => {
  for (const method of METHODS) vi.spyOn(console, method).mockImplementation(keep);
  vi.spyOn(process.stdout, 'write').mockImplementation(keep as never);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep as never);
  process.on('warning', onWarning);
});
afterAll(() => {
  process.off('warning', onWarning);
  vi.restoreAllMocks();
});

const EVENTS = [
  'login',
  'loginFailed',
  'logout',
  'refresh',
  'refreshFailed',
  'sessionEnded',
  'fault',
] as const;

/** Everything that events carry, in every way that a listener could print it. */
function listen(site: Site): string[] {
  const seen: string[] = [];
  for (const name of EVENTS) {
    site.core.on(name, (event) => {
      seen.push(name, JSON.stringify(event), inspect(event, { depth: 20, showHidden: true }));
      for (const value of Object.values(event)) {
        if (!(value instanceof Error)) continue;
        seen.push(String(value), JSON.stringify(value), inspect(value, { depth: 20, showHidden: true }));
        seen.push(inspect(value.cause, { depth: 20, showHidden: true }), value.stack ?? '');
      }
    });
  }
  return seen;
}

/** Every secret that provider and browser have seen so far. */
async function secretsOf(site: Site, browsers: readonly Browser[]): Promise<string[]> {
  const sent = site.mock.requests.flatMap(({ params, headers }) => [
    params.code,
    params.code_verifier,
    params.refresh_token,
    headers.authorization?.replace(/^Bearer /, ''),
  ]);
  const cookies = await Promise.all(browsers.map((browser) => browser.cookies()));
  const held = cookies.flat().map(({ value }) => value);
  const all = [site.options.clientSecret, SESSION_SECRET, ...sent, ...held];
  return [...new Set(all.filter((secret): secret is string => secret !== undefined && secret.length > 8))];
}

const text = (body: string, status: number) => ({ type: 'body', body, status }) as const;

/** A walk past everything that can go right or wrong. Answers every answer of it. */
async function walk(site: Site, browser: Browser): Promise<Answer[]> {
  const answers: Answer[] = [];
  const echo = JSON.stringify({
    error: 'invalid_client',
    error_description: `${site.options.clientSecret} ${SESSION_SECRET} canary-description`,
    error_uri: 'https://canary-uri.example',
    message: 'canary-message',
    access_token: 'canary-access-token',
    refresh_token: 'canary-refresh-token',
  });
  answers.push(await login(browser));
  const routes = [
    '/auth/session',
    '/auth/userinfo',
    '/auth/balance',
    '/auth/topup',
    '/private',
    '/auth/x',
    '/',
  ];
  for (const path of routes) answers.push(await browser.fetch(path), await browser.visit(path));
  for (const fault of [
    text(echo, 200),
    text(echo, 400),
    text(echo, 401),
    text(echo, 500),
    { type: 'drop' },
    { type: 'hang' },
  ] as const) {
    site.mock.fault('userinfo', fault);
    site.mock.fault('topup', fault);
    for (const path of routes.slice(1, 4)) answers.push(await browser.fetch(path), await browser.visit(path));
    site.mock.clearFaults();
    site.mock.fault('token', fault);
    site.mock.expireAccessTokens();
    answers.push(await browser.fetch('/auth/balance'));
    for (const json of [true, false]) {
      const other = site.browser();
      const back = await beginLogin(other);
      answers.push(json ? await other.fetch(back) : await other.visit(back), await other.fetch(back));
    }
    answers.push(await login(site.browser(), { query: 'popup=1' }));
    site.mock.clearFaults();
  }
  answers.push(await browser.fetch('/auth/callback?code=canary-code&state=canary-state'));
  answers.push(await site.ask('/auth/callback?code=canary-code&state=canary-state', { headers: FETCH }));
  answers.push(await browser.fetch('/auth/balance'));
  site.clock.advance(7300);
  answers.push(await browser.fetch('/auth/balance'));
  return answers;
}

const cases: Cases = {
  'no token, code, secret or cookie is in any body, header, event or line that is written': async (site) => {
    const events = listen(site);
    const browser = site.browser();
    const answers = await walk(site, browser);
    const secrets = await secretsOf(site, [browser]);
    expect(secrets.length).toBeGreaterThan(20);
    expect(answers.length).toBeGreaterThan(70);
    await pause(50);
    for (const secret of [...secrets, 'canary-']) {
      for (const answer of answers) {
        expect(answer.text).not.toContain(secret);
        // A cookie is where a cookie belongs.
        const { 'set-cookie': _, ...headers } = answer.headers;
        expect(Object.values(headers).join('\n')).not.toContain(secret);
      }
      expect(events.join('\n')).not.toContain(secret);
      expect(written.join('\n')).not.toContain(secret);
    }
    expect(events.length).toBeGreaterThan(5);
    site.mock.clearViolations();
  },
  'tokens are in no cookie, not even encoded': async (site) => {
    const browser = await loggedIn(site);
    const secrets = await secretsOf(site, []);
    for (const { value } of await browser.cookies()) {
      for (const form of [
        value,
        decodeURIComponent(value),
        Buffer.from(value, 'base64url').toString('latin1'),
      ]) {
        for (const secret of secrets) expect(form).not.toContain(secret);
      }
    }
  },
  'the provider sees the secret in the token request only, and no cookie of ours': async (site) => {
    const browser = await loggedIn(site);
    await browser.fetch('/auth/userinfo', { 'x-canary': 'canary', authorization: 'Bearer canary' });
    for (const { endpoint, params, headers } of site.mock.requests) {
      if (endpoint !== 'token') expect(inspect({ params, headers })).not.toContain(site.options.clientSecret);
      expect(inspect(headers)).not.toMatch(/canary|aihubmix-login|cookie/);
    }
  },
  'text of the provider forges no line of an event': async (site) => {
    const events = listen(site);
    for (const evil of ['a%0d%0aFORGED', '%1b[2JFORGED', 'x'.repeat(5000)]) {
      const browser = site.browser();
      const state = new URL(await beginLogin(browser), site.origin).searchParams.get('state');
      await browser.fetch(`/auth/callback?error=${evil}&error_description=${evil}&state=${state}`);
    }
    const browser = site.browser();
    const back = await beginLogin(browser);
    site.mock.fault(
      'token',
      text(JSON.stringify({ error: 'a\r\nFORGED\u001b[2J', error_description: 'b\r\nFORGED' }), 400),
    );
    await browser.fetch(back);
    const all = [...events, ...written].join('');
    expect(['\r', '\u001b', '\u0000'].filter((control) => all.includes(control))).toEqual([]);
    expect(all).not.toMatch(/^FORGED/m);
    for (const line of events) expect(line.length).toBeLessThan(3000);
  },
};
conformance('leaks', cases, { options: { timeout: 300 } });

const inside: Cases = {
  'a fault of the application’s own hook fails closed, without its text, stack or path': async (site) => {
    const events = listen(site);
    for (const headers of [FETCH, { accept: HTML }]) {
      const browser = site.browser();
      const answer = await browser.send(await beginLogin(browser), { headers });
      expect(['server_error', 'access_denied']).toContain(answer.code);
      expect(answer.text + answer.headerText).not.toMatch(/canary|\bat .*:\d+|node_modules|\.[jt]s:/);
      expect(await browser.session()).toEqual({ authenticated: false });
    }
    expect(events.join('\n')).not.toContain(site.options.clientSecret);
  },
};
conformance('leaks by faults of ours', inside, {
  options: {
    allowLogin: () => {
      throw new Error('canary /srv/app/secret.js');
    },
  },
});

const store = memoryStore();
const dump: string[] = [];
const dumped = {
  ...store,
  create: (key: string, record: Parameters<typeof store.create>[1]) => {
    dump.push(key, JSON.stringify(record));
    return store.create(key, record);
  },
};
const atRest: Cases = {
  'what the store holds opens nothing: no session id, no token in the clear': async (site) => {
    const browser = await loggedIn(site);
    await browser.fetch('/auth/userinfo');
    expect(dump.length).toBeGreaterThan(0);
    for (const secret of await secretsOf(site, [browser])) expect(dump.join('\n')).not.toContain(secret);
    for (const part of dump.filter((_, at) => at % 2 === 0)) {
      const answer = await site.ask('/auth/session', {
        headers: { cookie: `${site.sessionCookie}=${part}` },
      });
      expect(answer.json()).toEqual({ authenticated: false });
    }
  },
};
conformance('leaks of a store', atRest, { options: { store: dumped } });

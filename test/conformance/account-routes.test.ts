import { expect } from 'vitest';
import { FETCH, GRACE, HTML, LINUS, loggedIn } from './browser.js';
import { type Cases, conformance } from './site.js';

const cases: Cases = {
  'userinfo answers exactly user and balance, fresh from the provider': async (site) => {
    const browser = await loggedIn(site);
    const expected = (amount: string) => ({
      user: {
        id: '12345',
        username: 'ada',
        email: 'ada@example.com',
        createdAt: '2022-01-01T00:00:00.000Z',
        status: 1,
      },
      balance: { amount, formatted: amount, quota: expect.any(Number), usedQuota: 250_000, unlimited: false },
    });
    const first = await browser.fetch('/auth/userinfo');
    expect([first.status, first.json()]).toEqual([200, expected('750.00')]);
    site.mock.setBalance(12345, '1.50');
    expect((await browser.fetch('/auth/userinfo')).json()).toEqual(expected('1.50'));
    site.mock.setBalance(12345, '750.00');
  },
  'userinfo shows changes of the user that were made since the login': async (site) => {
    const browser = await loggedIn(site, { userId: GRACE });
    site.mock.setUser(GRACE, { username: 'hopper', email: null, status: 2 });
    const { user } = (await browser.fetch('/auth/userinfo')).json();
    expect(user).toMatchObject({ id: '67890', username: 'hopper', email: null, status: 2 });
    site.mock.setUser(GRACE, { username: 'grace', email: 'grace@example.com', status: 1 });
  },
  'balance answers exactly the balance, fresh from the provider': async (site) => {
    const browser = await loggedIn(site);
    site.mock.setBalance(12345, '12.345678');
    const answer = await browser.fetch('/auth/balance');
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.json()).sort()).toEqual([
      'amount',
      'formatted',
      'quota',
      'unlimited',
      'usedQuota',
    ]);
    expect(answer.json()).toMatchObject({ amount: '12.345678', formatted: '12.345678', unlimited: false });
    site.mock.setBalance(12345, '750.00');
  },
  'an unlimited account says unlimited and has no amount': async (site) => {
    const browser = await loggedIn(site, { userId: LINUS });
    expect((await browser.fetch('/auth/balance')).json()).toMatchObject({ unlimited: true, amount: null });
  },
  'topup answers a browser 303 to the provider’s page, a JSON client 200 with the url': async (site) => {
    const browser = await loggedIn(site);
    const url = `${site.mock.url}/topup`;
    const visited = await browser.visit('/auth/topup');
    expect([visited.status, visited.location]).toEqual([303, url]);
    const fetched = await browser.fetch('/auth/topup');
    expect([fetched.status, fetched.json(), fetched.headers.location]).toEqual([200, { url }, undefined]);
    const cookie = await browser.cookieHeader();
    for (const headers of [{ cookie }, { cookie, accept: '*/*' }, { cookie, accept: HTML }]) {
      const other = await site.ask('/auth/topup', { headers });
      expect([other.status, other.location]).toEqual([303, url]);
    }
  },
  'each route calls the provider once, with the token in the Authorization header only': async (site) => {
    const browser = await loggedIn(site);
    for (const [path, endpoint] of [
      ['userinfo', 'userinfo'],
      ['balance', 'userinfo'],
      ['topup', 'topup'],
    ] as const) {
      site.mock.clearRequests();
      await browser.fetch(`/auth/${path}`);
      expect(site.mock.requests.length).toBe(1);
      const [request] = site.mock.requests;
      expect([request?.endpoint, request?.method, request?.params]).toEqual([endpoint, 'GET', {}]);
      expect(request?.headers.authorization).toMatch(/^Bearer \S+$/);
      expect(request?.headers.cookie).toBeUndefined();
    }
  },
  'the three routes are 401 unauthenticated without a session, and call nobody': async (site) => {
    for (const path of ['userinfo', 'balance', 'topup']) {
      for (const headers of [{}, FETCH, { accept: HTML }]) {
        const answer = await site.ask(`/auth/${path}`, { headers });
        expect([path, answer.status, answer.code]).toEqual([path, 401, 'unauthenticated']);
      }
    }
    expect(site.mock.requests).toEqual([]);
  },
  'a top-up address that may not be followed is provider_error and reaches nobody': async (site) => {
    const browser = await loggedIn(site);
    const bad = [
      'javascript:alert(1)',
      'http://pay.example.com/',
      'https://user:pass@pay.example.com/',
      'https://user@pay.example.com/',
      ['https://pay.example.com/'],
      null,
      '',
      '/topup',
      '//pay.example.com',
      'data:text/html,x',
      12,
      { url: 'x' },
      'https://',
      'ftp://pay.example.com',
      'https://pay.example.com/\r\nX-Evil: 1',
      ' javascript:alert(1)',
      'java\nscript:alert(1)',
      undefined,
      true,
    ];
    for (const topup_url of bad) {
      for (const headers of [FETCH, { accept: HTML }]) {
        site.mock.fault('topup', { type: 'patch', patch: { topup_url } }, { times: 1 });
        const answer = await browser.send('/auth/topup', { headers });
        expect([topup_url, answer.status]).toEqual([topup_url, 502]);
        expect(answer.json().error).toBe('provider_error');
        expect(answer.headers.location).toBeUndefined();
        expect(answer.text).not.toMatch(/pay\.example|javascript/);
      }
    }
    expect((await browser.session()).authenticated).toBe(true);
  },
  'an https top-up address is passed on exactly': async (site) => {
    const browser = await loggedIn(site);
    const url = 'https://pay.example.com/topup?user=1&x=%20y';
    site.mock.fault('topup', { type: 'patch', patch: { topup_url: url, extra: 'canary' } }, { times: 2 });
    expect((await browser.visit('/auth/topup')).location).toBe(url);
    expect((await browser.fetch('/auth/topup')).json()).toEqual({ url });
  },
  'without the balance fields userinfo says balance null, and balance is provider_error as the scope was granted':
    async (site) => {
      const browser = await loggedIn(site);
      const remove = ['balance_formatted', 'quota', 'used_quota'];
      site.mock.fault('userinfo', { type: 'patch', patch: {}, remove }, { times: 2 });
      const userinfo = await browser.fetch('/auth/userinfo');
      expect([userinfo.status, userinfo.json().balance]).toEqual([200, null]);
      const balance = await browser.fetch('/auth/balance');
      expect([balance.status, balance.code]).toEqual([502, 'provider_error']);
    },
  'fields that we do not know do not reach the browser': async (site) => {
    const browser = await loggedIn(site);
    const patch = {
      access_token: 'canary',
      password: 'canary',
      extra: { deep: 'canary' },
      aff_code: 'canary',
    };
    site.mock.fault('userinfo', { type: 'patch', patch });
    for (const path of ['/auth/userinfo', '/auth/balance', '/auth/session', '/private']) {
      expect((await browser.fetch(path)).text).not.toContain('canary');
    }
    const fresh = await loggedIn(site);
    expect((await fresh.fetch('/auth/session')).text).not.toContain('canary');
  },
  'a thousand balance calls at once in one session become a few at the provider': async (site) => {
    const cookie = await (await loggedIn(site)).cookieHeader();
    site.mock.clearRequests();
    site.mock.fault('userinfo', { type: 'latency', ms: 1500 });
    const calls = Array.from({ length: 1000 }, () => site.ask('/auth/balance', { headers: { cookie } }));
    const answers = await Promise.all(calls);
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]?.json().amount).toBe('750.00');
    expect(site.mock.count('userinfo')).toBeLessThanOrEqual(3);
  },
  'calls at once in two sessions are not mixed': async (site) => {
    const [ada, grace] = [await loggedIn(site), await loggedIn(site, { userId: GRACE })];
    site.mock.fault('userinfo', { type: 'latency', ms: 100 });
    const answers = await Promise.all(
      [ada, grace, ada, grace].map((browser) => browser.fetch('/auth/userinfo')),
    );
    expect(answers.map((answer) => answer.json().user.id)).toEqual(['12345', '67890', '12345', '67890']);
  },
  'a call after a failed one asks the provider again': async (site) => {
    const browser = await loggedIn(site);
    site.mock.fault('userinfo', { type: 'status', status: 500 }, { times: 1 });
    expect((await browser.fetch('/auth/balance')).status).toBe(503);
    expect((await browser.fetch('/auth/balance')).status).toBe(200);
  },
};

conformance('account routes', cases);

const profileOnly: Cases = {
  'a grant without balance: login works, userinfo says balance null, balance is insufficient_scope': async (
    site,
  ) => {
    const browser = await loggedIn(site);
    const userinfo = await browser.fetch('/auth/userinfo');
    expect([userinfo.status, userinfo.json().user.id, userinfo.json().balance]).toEqual([200, '12345', null]);
    const balance = await browser.fetch('/auth/balance');
    expect([balance.status, balance.code]).toEqual([403, 'insufficient_scope']);
    expect((await browser.session()).authenticated).toBe(true);
    expect((await browser.fetch('/auth/topup')).status).toBe(200);
  },
};
conformance('account routes with the scope profile', profileOnly, { options: { scope: 'profile' } });

const narrowed: Cases = {
  'a provider that grants less than was asked for decides: balance is insufficient_scope': async (site) => {
    site.mock.fault('token', { type: 'patch', patch: { scope: 'profile' } }, { times: 1 });
    const browser = await loggedIn(site);
    site.mock.fault('userinfo', {
      type: 'patch',
      patch: {},
      remove: ['balance_formatted', 'quota', 'used_quota'],
    });
    const balance = await browser.fetch('/auth/balance');
    expect([balance.status, balance.code]).toEqual([403, 'insufficient_scope']);
  },
};
conformance('account routes with less scope than asked for', narrowed);

const hosts: Cases = {
  'a top-up address on a host that the option does not list is provider_error': async (site) => {
    const browser = await loggedIn(site);
    const answerFor = async (topup_url: string) => {
      site.mock.fault('topup', { type: 'patch', patch: { topup_url } }, { times: 1 });
      return (await browser.fetch('/auth/topup')).status;
    };
    expect(await answerFor('https://pay.example.com/x')).toBe(200);
    for (const url of [
      'https://evil.example/',
      'https://pay.example.com.evil.example/',
      'https://x.pay.example.com/',
      'https://pay.example.com@evil.example/',
      'https://pay.example.com\\@evil.example/',
    ]) {
      const status = await answerFor(url);
      if (url.includes('\\')) expect([200, 502]).toContain(status);
      else expect([url, status]).toEqual([url, 502]);
    }
  },
};
conformance('account routes with listed top-up hosts', hosts, {
  options: { topUpHosts: ['pay.example.com'] },
});

import { memoryStore } from '@aihubmix-auth/core';
import { expect } from 'vitest';
import { ADA, beginLogin, FETCH, GRACE, loggedIn, login } from './browser.js';
import { type Cases, conformance, inParallel, SESSION_SECRET, startSite } from './site.js';

const DAY = 86_400;

const cases: Cases = {
  'session says authenticated false with 200 when nobody is logged in': async (site) => {
    const answer = await site.ask('/auth/session');
    expect([answer.status, answer.json()]).toEqual([200, { authenticated: false }]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.setCookies.filter(({ value }) => value !== '')).toEqual([]);
  },
  'session says exactly authenticated, user and expiresAt when somebody is': async (site) => {
    const browser = await loggedIn(site);
    const { expiresAt, ...rest } = await browser.session();
    expect(rest).toEqual({
      authenticated: true,
      user: {
        id: '12345',
        username: 'ada',
        email: 'ada@example.com',
        createdAt: '2022-01-01T00:00:00.000Z',
        status: 1,
      },
    });
    expect(new Date(expiresAt).toISOString()).toBe(expiresAt);
    expect(Math.abs(Date.parse(expiresAt) - site.clock.now() - 30 * DAY * 1000)).toBeLessThan(60_000);
  },
  'session never calls the provider, even when the access token is over': async (site) => {
    const browser = await loggedIn(site);
    site.mock.clearRequests();
    site.clock.advance(7201);
    site.mock.fault('userinfo', { type: 'hang' });
    expect((await browser.session()).authenticated).toBe(true);
    expect(site.mock.requests).toEqual([]);
  },
  'HEAD on session is answered like GET, without a body': async (site) => {
    const browser = await loggedIn(site);
    const get = await browser.fetch('/auth/session');
    const head = await browser.send('/auth/session', { method: 'HEAD', headers: FETCH });
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers['content-type']).toBe(get.headers['content-type']);
    expect(head.headers['cache-control']).toBe('no-store');
    expect([undefined, get.headers['content-length']]).toContain(head.headers['content-length']);
  },
  'a session id that nobody has is not logged in and sets nothing': async (site) => {
    const ids = [
      'A'.repeat(43),
      'x',
      '',
      '../../etc/passwd',
      '*',
      '%0d%0aX:y',
      '__proto__',
      'A'.repeat(12_000),
      '"',
      'a b',
      '{"$ne":1}',
      '%00',
    ];
    for (const id of ids) {
      const headers = { cookie: `${site.sessionCookie}=${id}` };
      const session = await site.ask('/auth/session', { headers });
      expect([id, session.status, session.text]).toEqual([id, 200, '{"authenticated":false}']);
      const guarded = await site.ask('/private', { headers });
      expect([guarded.status, guarded.code]).toEqual([401, 'unauthenticated']);
    }
  },
  'a session id in the query, in a header or in a body is not looked at': async (site) => {
    const id = await (await loggedIn(site)).sessionId();
    const name = site.sessionCookie;
    const attempts = [
      site.ask(`/auth/session?${name}=${id}&session=${id}&sid=${id}`),
      site.ask('/auth/session', {
        headers: { authorization: `Bearer ${id}`, 'x-session-id': id, [name]: id },
      }),
      site.ask(`/auth/session;${name}=${id}`),
    ];
    for (const answer of await Promise.all(attempts))
      expect(answer.text).not.toContain('"authenticated":true');
    const body = await site.ask('/auth/logout', {
      method: 'POST',
      headers: { ...FETCH, 'content-type': 'application/x-www-form-urlencoded' },
      body: `${name}=${id}`,
    });
    expect(body.status).toBe(204);
    const still = await site.ask('/auth/session', { headers: { cookie: `${name}=${id}` } });
    expect(still.json().authenticated).toBe(true);
  },
  'session ids are 256 bits or more, different every time, and not derived from the user': async (site) => {
    const ids = new Set<string>();
    await inParallel(Array.from({ length: 20 }), 5, async () => {
      ids.add((await (await loggedIn(site)).sessionId()) ?? '');
    });
    expect(ids.size).toBe(20);
    for (const id of ids) {
      expect(id).toMatch(/^[\w-]{43,}$/);
      expect(Buffer.from(id, 'base64url').length).toBeGreaterThanOrEqual(32);
    }
  },
  'a session ends 30 days after the login, by the server’s clock': async (site) => {
    const browser = await loggedIn(site);
    const cookie = await browser.cookieHeader();
    site.clock.advance(30 * DAY - 60);
    expect((await site.ask('/auth/session', { headers: { cookie } })).json().authenticated).toBe(true);
    site.clock.advance(61);
    expect((await site.ask('/auth/session', { headers: { cookie } })).json()).toEqual({
      authenticated: false,
    });
    expect((await site.ask('/private', { headers: { cookie } })).status).toBe(401);
    expect((await site.ask('/auth/balance', { headers: { cookie } })).code).toBe('unauthenticated');
  },
  'all sessions of a user end in one call, those of others do not': async (site) => {
    const [one, two, other] = [
      await loggedIn(site),
      await loggedIn(site),
      await loggedIn(site, { userId: GRACE }),
    ];
    expect(await site.core.endSessionsOf(String(ADA))).toBeGreaterThanOrEqual(2);
    expect(await one.session()).toEqual({ authenticated: false });
    expect((await two.fetch('/private')).status).toBe(401);
    expect((await other.session()).authenticated).toBe(true);
  },
  'two users never see each other in one server': async (site) => {
    const [ada, grace] = [await loggedIn(site), await loggedIn(site, { userId: GRACE })];
    expect((await ada.session()).user.id).toBe('12345');
    expect((await grace.session()).user.id).toBe('67890');
    expect((await ada.fetch('/private')).json().id).toBe('12345');
  },
  'parameters and an unusual query do not hide the session': async (site) => {
    const browser = await loggedIn(site);
    for (const query of ['?', '?x=1', '?a[]=1&a[b]=2', '?%', '?__proto__=1']) {
      const answer = await browser.fetch(`/auth/session${query}`);
      expect([answer.status, answer.json().authenticated]).toEqual([200, true]);
    }
  },
};

conformance('session', cases);

const idle: Cases = {
  'a session that is not used for the idle time is over, one that is used lives on': async (site) => {
    const [used, unused] = [await loggedIn(site), await loggedIn(site)];
    for (let i = 0; i < 4; i += 1) {
      site.clock.advance(50);
      expect((await used.session()).authenticated).toBe(true);
    }
    expect(await unused.session()).toEqual({ authenticated: false });
    site.clock.advance(101);
    expect(await used.session()).toEqual({ authenticated: false });
  },
  'a session that is used does not roll for ever': async (site) => {
    const browser = await loggedIn(site);
    const cookie = await browser.cookieHeader();
    for (let i = 0; i < 12; i += 1) {
      site.clock.advance(50);
      await site.ask('/auth/session', { headers: { cookie } });
    }
    expect((await site.ask('/auth/session', { headers: { cookie } })).json()).toEqual({
      authenticated: false,
    });
  },
};
conformance('session with an idle limit', idle, { options: { sessionIdleTimeout: 100, sessionMaxAge: 600 } });

const processes: Cases = {
  'a session begun on one process is known on another, and ends on both': async (site) => {
    const other = await startSite(site.target, { processOf: site });
    try {
      const browser = await loggedIn(site);
      const copy = await browser.cookieHeader();
      expect((await browser.at(other).fetch('/private')).json().username).toBe('ada');
      await browser.at(other).post('/auth/logout');
      for (const process of [site, other]) {
        const session = await process.ask('/auth/session', { headers: { cookie: copy } });
        expect(session.json()).toEqual({ authenticated: false });
        expect((await process.ask('/private', { headers: { cookie: copy } })).status).toBe(401);
      }
    } finally {
      await other.close();
    }
  },
  'after a rotation of the secret all that was sealed before still opens; a removed secret means not logged in':
    async (site) => {
      const next = 'the-next-secret-of-this-very-site-0123456789';
      const rotated = await startSite(site.target, {
        processOf: site,
        options: { sessionSecret: [next, SESSION_SECRET] },
      });
      const removed = await startSite(site.target, { processOf: site, options: { sessionSecret: next } });
      try {
        const browser = await loggedIn(site);
        const inFlight = await beginLogin(browser, { returnTo: '/late' });
        expect((await browser.at(rotated).session()).authenticated).toBe(true);
        expect((await browser.at(rotated).fetch('/auth/balance')).json().amount).toBe('750.00');
        const gone = browser.at(removed);
        expect(await gone.session()).toEqual({ authenticated: false });
        const guarded = await gone.fetch('/private');
        expect([guarded.status, guarded.code]).toEqual([401, 'unauthenticated']);
        expect((await gone.fetch('/auth/balance')).status).toBe(401);
        expect((await gone.fetch(inFlight)).code).toBe('invalid_state');
        expect((await gone.post('/auth/logout')).status).toBe(204);
      } finally {
        await Promise.all([rotated.close(), removed.close()]);
      }
    },
  'a login begun before a rotation can be finished after it': async (site) => {
    const next = 'the-next-secret-of-this-very-site-0123456789';
    const rotated = await startSite(site.target, {
      processOf: site,
      options: { sessionSecret: [next, SESSION_SECRET] },
    });
    try {
      const browser = site.browser();
      const back = await beginLogin(browser, { returnTo: '/late' });
      expect((await browser.at(rotated).visit(back)).location).toBe('/late');
      expect((await login(browser.at(rotated))).status).toBe(303);
      expect((await browser.at(rotated).session()).authenticated).toBe(true);
    } finally {
      await rotated.close();
    }
  },
};
conformance('session on several processes', processes, () => ({ options: { store: memoryStore() } }));

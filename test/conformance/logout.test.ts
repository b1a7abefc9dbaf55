import { Agent } from 'node:http';
import { expect } from 'vitest';
import { FETCH, FORM, HTML, loggedIn, NAVIGATION } from './browser.js';
import { isDeletion } from './client.js';
import { type Cases, conformance, pause } from './site.js';

const form = { ...NAVIGATION, 'sec-fetch-site': 'same-origin', 'content-type': FORM };

const cases: Cases = {
  'logout answers 204 without a body, ends the session, and the saved cookie is dead': async (site) => {
    const browser = await loggedIn(site);
    const copy = await browser.cookieHeader();
    const answer = await browser.post('/auth/logout');
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(answer.setCookies.some((cookie) => cookie.name === site.sessionCookie && isDeletion(cookie))).toBe(
      true,
    );
    for (const path of ['/private', '/auth/userinfo', '/auth/balance', '/auth/topup']) {
      expect((await site.ask(path, { headers: { ...FETCH, cookie: copy } })).code).toBe('unauthenticated');
    }
    const session = await site.ask('/auth/session', { headers: { cookie: copy } });
    expect(session.json()).toEqual({ authenticated: false });
  },
  'a form post of a browser is answered 303: to the form field, else the query, else the default': async (
    site,
  ) => {
    const ends = [
      ['/auth/logout', 'returnTo=%2Fbye%3Fa%3Db', '/bye?a=b'],
      ['/auth/logout?returnTo=/query', 'returnTo=/field', '/field'],
      ['/auth/logout?returnTo=/query', '', '/query'],
      ['/auth/logout?returnTo=/query', 'other=1', '/query'],
      ['/auth/logout', '', '/'],
      ['/auth/logout', 'returnTo=/a&returnTo=/b', '/'],
      ['/auth/logout?returnTo=/query', 'returnTo=%2F%2Fevil.example', '/'],
    ] as const;
    for (const [path, body, end] of ends) {
      const browser = await loggedIn(site);
      const answer = await browser.post(path, form, body);
      expect([path, body, answer.status, answer.location]).toEqual([path, body, 303, end]);
      expect(await browser.session()).toEqual({ authenticated: false });
    }
  },
  'the content type of a form is recognised with parameters and in any case': async (site) => {
    for (const type of [`${FORM}; charset=UTF-8`, FORM.toUpperCase(), `${FORM};charset=utf-8`]) {
      const answer = await site
        .browser()
        .post('/auth/logout', { ...form, 'content-type': type }, 'returnTo=/x');
      expect([type, answer.status, answer.headers.location]).toEqual([type, 303, '/x']);
    }
  },
  'every other body is answered 204 and logs out as well; the content type never decides': async (site) => {
    const bodies = [
      ['application/json', '{"returnTo":"/x"}'],
      ['application/json', '{broken'],
      ['application/json', ''],
      ['text/plain', 'returnTo=/x'],
      [
        'multipart/form-data; boundary=x',
        '--x\r\nContent-Disposition: form-data; name="returnTo"\r\n\r\n/x\r\n--x--\r\n',
      ],
      ['multipart/form-data', 'no boundary'],
      ['application/x-unheard-of', 'x'],
      ['application/xml', '<x/>'],
      ['text/plain; charset=utf-99', 'x'],
      ['', ''],
      ['nonsense', 'x'],
    ] as const;
    for (const [type, body] of bodies) {
      for (const accept of ['application/json', HTML]) {
        const browser = await loggedIn(site);
        const answer = await browser.post(
          '/auth/logout',
          { accept, ...(type && { 'content-type': type }) },
          body,
        );
        expect([type, accept, answer.status]).toEqual([type, accept, 204]);
        expect([type, await browser.session()]).toEqual([type, { authenticated: false }]);
      }
    }
  },
  'a form post of a client that does not prefer HTML is answered 204': async (site) => {
    for (const accept of ['application/json', '*/*', 'application/json, text/html;q=0.5']) {
      const answer = await site
        .browser()
        .post('/auth/logout', { accept, 'content-type': FORM }, 'returnTo=/x');
      expect([accept, answer.status]).toEqual([accept, 204]);
    }
  },
  'not logged in, logout answers the same as when logged in': async (site) => {
    const browser = site.browser();
    const plain = await browser.post('/auth/logout');
    expect([plain.status, plain.text]).toEqual([204, '']);
    const posted = await browser.post('/auth/logout', form, 'returnTo=/x');
    expect([posted.status, posted.location]).toEqual([303, '/x']);
    const [inside, outside] = [await loggedIn(site), site.browser()];
    const answers = [await inside.post('/auth/logout'), await outside.post('/auth/logout')];
    const shapes = answers.map(({ headers }) => Object.keys(headers).filter((name) => name !== 'set-cookie'));
    expect(shapes[0]).toEqual(shapes[1]);
  },
  'a second logout and a logout with a cookie that nobody has are 204 too': async (site) => {
    const browser = await loggedIn(site);
    const cookie = await browser.cookieHeader();
    await browser.post('/auth/logout');
    for (const held of [cookie, `${site.sessionCookie}=x`, `${site.sessionCookie}=${'A'.repeat(43)}`]) {
      const answer = await site.ask('/auth/logout', { method: 'POST', headers: { ...FETCH, cookie: held } });
      expect(answer.status).toBe(204);
    }
  },
  'logout ends this session only, not another of the same user': async (site) => {
    const [one, two] = [await loggedIn(site), await loggedIn(site)];
    await one.post('/auth/logout');
    expect((await two.session()).authenticated).toBe(true);
  },
  'after a body of 1 MB, or one with no end of fields, the server and its connection go on': async (site) => {
    const bodies = [
      ['application/json', `{"x":"${'y'.repeat(1_000_000)}"}`],
      ['text/plain', 'x'.repeat(1_000_000)],
      [FORM, 'a=1&'.repeat(10_000)],
      [FORM, `returnTo=/x&y=${'z'.repeat(1_000_000)}`],
    ] as const;
    for (const [type, body] of bodies) {
      const agent = new Agent({ keepAlive: true, maxSockets: 1 });
      try {
        // A server may refuse a body by cutting the connection; what it may not do is fail, or leave the next
        // request on that connection, which behind a proxy is somebody else's, without an answer.
        const headers = { ...form, 'content-type': type };
        const posted = site.ask('/auth/logout', { method: 'POST', headers, body, agent });
        const status = await posted.then(
          (answer) => answer.status,
          (error) => error.code,
        );
        expect([204, 303, 400, 413, 'EPIPE', 'ECONNRESET']).toContain(status);
        const next = site.ask('/auth/session', { agent }).then((answer) => answer.status);
        expect([type, await Promise.race([next, pause(2000)])]).toEqual([type, 200]);
      } finally {
        agent.destroy();
      }
    }
  },
  'GET, HEAD and every other method leave the session alone, with 405 and Allow: POST': async (site) => {
    const browser = await loggedIn(site);
    for (const method of ['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
      for (const headers of [NAVIGATION, FETCH]) {
        const answer = await browser.send('/auth/logout', { method, headers });
        expect([method, answer.status, answer.headers.allow]).toEqual([method, 405, 'POST']);
        expect(answer.setCookies).toEqual([]);
      }
    }
    expect((await browser.session()).authenticated).toBe(true);
  },
  'a logout while a refresh is under way wins: the refresh writes nothing back': async (site) => {
    const browser = await loggedIn(site);
    const copy = await browser.cookieHeader();
    site.clock.advance(7300);
    site.mock.fault('token', { type: 'latency', ms: 400 });
    const slow = site.ask('/auth/userinfo', { headers: { cookie: copy } });
    await pause(150);
    expect(site.mock.count('token', 'refresh_token')).toBe(1);
    expect((await browser.post('/auth/logout')).status).toBe(204);
    expect((await slow).status).toBeLessThan(500);
    const after = await site.ask('/auth/session', { headers: { cookie: copy } });
    expect(after.json()).toEqual({ authenticated: false });
    expect((await site.ask('/private', { headers: { cookie: copy } })).status).toBe(401);
  },
};

conformance('logout', cases);

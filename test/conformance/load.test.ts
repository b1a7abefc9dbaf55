import { expect } from 'vitest';
import { ADA, GRACE, loggedIn, login } from './browser.js';
import { type Cases, conformance, inParallel } from './site.js';

const times = (count: number) => Array.from({ length: count }, (_, at) => at);

const cases: Cases = {
  '2,000 requests to a guarded page, 50 at a time, are all answered for their user': async (site) => {
    const cookie = await (await loggedIn(site)).cookieHeader();
    let served = 0;
    await inParallel(times(2000), 50, async () => {
      const answer = await site.ask('/private', { headers: { cookie } });
      if (answer.status === 200 && answer.json().id === '12345') served += 1;
    });
    expect(served).toBe(2000);
  },
  '300 logins, 20 at a time, all succeed, each with a session of its own': async (site) => {
    const ids = new Set<string | undefined>();
    await inParallel(times(300), 20, async (at) => {
      const browser = site.browser();
      const userId = at % 2 ? ADA : GRACE;
      const answer = await login(browser, { userId, returnTo: `/${at}` });
      expect([answer.status, answer.location]).toEqual([303, `/${at}`]);
      expect((await browser.session()).user.id).toBe(String(userId));
      ids.add(await browser.sessionId());
    });
    expect(ids.size).toBe(300);
    expect(site.mock.count('token')).toBe(300);
  },
  'two users with 500 interleaved requests each never meet, with tokens that run out on the way': async (
    site,
  ) => {
    const ada = await (await loggedIn(site)).cookieHeader();
    const grace = await (await loggedIn(site, { userId: GRACE })).cookieHeader();
    site.mock.clearRequests();
    const paths = ['/private', '/auth/session', '/auth/userinfo', '/private'];
    let mixed = 0;
    await inParallel(times(1000), 20, async (at) => {
      if (at === 300) site.mock.expireAccessTokens();
      if (at === 600) site.clock.advance(7201);
      const answer = await site.ask(paths[(at >> 1) % 4] ?? '', {
        headers: { cookie: at % 2 ? ada : grace },
      });
      expect(answer.status).toBe(200);
      const { id, user } = answer.json();
      if ((user?.id ?? id) !== (at % 2 ? '12345' : '67890')) mixed += 1;
    });
    expect(mixed).toBe(0);
    expect(site.mock.count('token', 'refresh_token')).toBe(4);
  },
  'a hundred sessions log out at once, and no other ends': async (site) => {
    const stays = await loggedIn(site);
    const leaving = await Promise.all(times(100).map(() => loggedIn(site)));
    const answers = await Promise.all(leaving.map((browser) => browser.post('/auth/logout')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([204]));
    for (const browser of leaving) expect(await browser.session()).toEqual({ authenticated: false });
    expect((await stays.session()).authenticated).toBe(true);
  },
};

conformance('load', cases);

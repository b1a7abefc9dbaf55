import { expect } from 'vitest';
import { loggedIn, login, NAVIGATION } from './browser.js';
import { type Cases, conformance } from './site.js';

const answerOf = async (cookie: string, ask: (headers: object) => Promise<{ json(): unknown }>) =>
  (await ask({ cookie })).json();

const cases: Cases = {
  'a login in the application’s own session works from guard to logout, without a cookie of ours': async (
    site,
  ) => {
    const browser = site.browser();
    expect((await browser.visit('/private')).status).toBe(302);
    const done = await login(browser, { returnTo: '/private' });
    expect([done.status, done.location]).toEqual([303, '/private']);
    expect(await browser.sessionId()).toBeUndefined();
    expect((await browser.session()).user.id).toBe('12345');
    expect((await browser.visit('/private')).json().username).toBe('ada');
    expect((await browser.fetch('/auth/balance')).json().amount).toBe('750.00');
    expect((await browser.post('/auth/logout')).status).toBe(204);
    expect(await browser.session()).toEqual({ authenticated: false });
  },
  'both end together: the saved cookies are dead after logout': async (site) => {
    const browser = site.browser();
    await login(browser);
    const copy = await browser.cookieHeader();
    expect(
      await answerOf(copy, (headers) => site.ask('/auth/session', { headers: { ...headers } })),
    ).toMatchObject({
      authenticated: true,
    });
    await browser.post('/auth/logout');
    expect(await answerOf(copy, (headers) => site.ask('/auth/session', { headers: { ...headers } }))).toEqual(
      {
        authenticated: false,
      },
    );
    expect((await site.ask('/private', { headers: { ...NAVIGATION, cookie: copy } })).status).toBe(302);
  },
  'the id of the application’s session changes at every login, and the one before is dead': async (site) => {
    const browser = site.browser();
    await login(browser);
    const before = await browser.cookieHeader();
    await login(browser, { userId: 67890 });
    expect(await browser.cookieHeader()).not.toBe(before);
    expect((await browser.session()).user.id).toBe('67890');
    const old = await site.ask('/auth/session', { headers: { cookie: before } });
    expect(old.json()).toEqual({ authenticated: false });
  },
  'a session cookie of ours opens nothing where the application’s session carries the login': async (
    site,
  ) => {
    const cookie = `${site.sessionCookie}=${'A'.repeat(43)}`;
    expect((await site.ask('/auth/session', { headers: { cookie } })).json()).toEqual({
      authenticated: false,
    });
    await expect(loggedIn(site)).rejects.toThrow(/login failed/);
  },
};

conformance('the application’s own session', cases, { options: { useAppSession: true } });

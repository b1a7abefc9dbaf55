import { GRACE } from '@aihubmix-auth/test-support';
import { describe, expect, it } from 'vitest';
import { type App, asked, startApp } from './testing/app.js';

let app: App;
const verify = async ({ user }: { user: { username: string } }) => ({ name: user.username.toUpperCase() });

describe('useAppSession', () => {
  it("carries our session in the application's, with no cookie of ours", async () => {
    app = await startApp({ useAppSession: true, verify });
    const { browser } = app;
    expect((await browser.login()).status).toBe(303);
    expect([...browser.cookies.keys()]).toEqual(['connect.sid']);
    expect(await asked(browser, '/private')).toEqual([
      200,
      { user: { name: 'ADA' }, account: 'ada', isAuthenticated: true },
    ]);
    expect(await asked(browser, '/auth/session')).toMatchObject([200, { authenticated: true }]);
  });

  it('begins a new session of the application at every login', async () => {
    app = await startApp({ useAppSession: true, verify });
    const { browser, site, auth } = app;
    await browser.login();
    const before = browser.cookies.get('connect.sid') ?? '';
    await browser.login({ userId: GRACE });
    expect(await asked(browser, '/private')).toMatchObject([200, { account: 'grace' }]);
    const thief = site.anotherBrowser();
    thief.cookies.set('connect.sid', before);
    expect((await asked(thief, '/private'))[0]).toBe(401);
    expect(await asked(thief, '/user')).toEqual([200, null]);
    expect(await auth.core.endSessionsOf('12345')).toBe(0);
  });

  it('ends with the logout of either', async () => {
    app = await startApp({ useAppSession: true, verify });
    const { browser } = app;
    for (const path of ['/auth/logout', '/local-logout']) {
      await browser.login();
      await browser.post(path);
      expect((await asked(browser, '/private'))[0]).toBe(401);
      expect(await asked(browser, '/user')).toEqual([200, null]);
    }
  });

  it("is all that the application's session holds, where there is no verify", async () => {
    app = await startApp({ useAppSession: true });
    const { browser } = app;
    await browser.login();
    expect([...browser.cookies.keys()]).toEqual(['connect.sid']);
    expect(await asked(browser, '/private')).toMatchObject([200, { user: { username: 'ada' } }]);
    expect(await asked(browser, '/user')).toEqual([200, null]);
  });

  it('ends when another user of the application logs in', async () => {
    app = await startApp({ useAppSession: true });
    const { browser } = app;
    await browser.login();
    await browser.post('/local-login');
    expect((await asked(browser, '/private'))[0]).toBe(401);
    expect(await asked(browser, '/user')).toEqual([200, { local: true }]);
  });

  it('ends the login of Passport when our session is over', async () => {
    app = await startApp({ useAppSession: true, verify });
    const { browser, auth } = app;
    await browser.login();
    await auth.core.endSessionsOf('12345');
    expect((await asked(browser, '/private'))[0]).toBe(401);
    expect(await asked(browser, '/user')).toEqual([200, null]);
  });

  it.each([1, 2])('leaves no half login when save number %i of the application fails', async (which) => {
    app = await startApp({ useAppSession: true, verify });
    const { browser, appStore } = app;
    const back = await browser.begin();
    const { set } = appStore;
    let saves = 0;
    appStore.set = (sid, data, done) => {
      saves += 1;
      if (saves === which) done?.(new Error('disk full'));
      else set.call(appStore, sid, data, done);
    };
    const failed = await browser.visit(back);
    expect([failed.status, failed.headers.get('location')]).toEqual([303, '/?error=store_unavailable']);
    expect((await asked(browser, '/private'))[0]).toBe(401);
    expect(await asked(browser, '/user')).toEqual([200, null]);
    expect(Object.keys(Reflect.get(appStore, 'sessions'))).toEqual([]);
  });
});

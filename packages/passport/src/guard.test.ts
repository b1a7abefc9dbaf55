import { GRACE } from '@aihubmix-auth/test-support';
import { describe, expect, it } from 'vitest';
import { type App, asked, startApp } from './testing/app.js';

let app: App;
/** An application that has users of its own. */
const verify = async ({ user }: { user: { username: string } }) => ({ name: user.username.toUpperCase() });
const refusedAs = (error: string) => expect.objectContaining({ error });

describe('the guard', () => {
  it('goes by our session when it is over, and then ends the login of Passport too', async () => {
    app = await startApp({ verify });
    const { browser, auth } = app;
    await browser.login();
    await auth.core.endSessionsOf('12345');
    expect(await asked(browser, '/user')).toEqual([200, { name: 'ADA' }]);
    expect(await asked(browser, '/private')).toEqual([401, refusedAs('unauthenticated')]);
    expect(await asked(browser, '/user')).toEqual([200, null]);
  });

  it('leaves alone whoever logged in by another strategy', async () => {
    app = await startApp();
    await app.browser.post('/local-login');
    expect((await asked(app.browser, '/private'))[0]).toBe(401);
    expect(await asked(app.browser, '/user')).toEqual([200, { local: true }]);
  });

  it("asks for a new login where the application's own user is lost", async () => {
    app = await startApp({ verify });
    await app.browser.login();
    app.browser.cookies.delete('connect.sid');
    expect(await asked(app.browser, '/private')).toEqual([401, refusedAs('unauthenticated')]);
    const sent = await app.browser.visit('/private');
    expect([sent.status, sent.headers.get('location')]).toEqual([302, '/auth/login?returnTo=%2Fprivate']);
  });

  it('never shows the account of one user beside the application user of another', async () => {
    app = await startApp({ verify });
    const { browser, site } = app;
    await browser.login();
    const other = site.anotherBrowser();
    await other.login({ userId: GRACE });
    browser.cookies.set('connect.sid', other.cookies.get('connect.sid') ?? '');
    expect((await asked(browser, '/private'))[0]).toBe(401);
  });

  it('answers store_unavailable when our store is down, and ends nothing', async () => {
    app = await startApp({ verify });
    const { browser, store } = app;
    await browser.login();
    const { get } = store;
    store.get = () => Promise.reject(new Error('down'));
    expect(await asked(browser, '/private')).toEqual([503, refusedAs('store_unavailable')]);
    store.get = get;
    expect((await asked(browser, '/private'))[0]).toBe(200);
  });
});

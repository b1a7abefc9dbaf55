import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { createClient, loggedIn, onEveryTarget, outcome, showing, signIn, until } from './fixture.js';

onEveryTarget('several tabs', (t) => {
  it('agree: one logs in by popup, then out, and the other follows', async () => {
    const context = await t.profile();
    const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
    await Promise.all([one.goto('/account'), two.goto('/account')]);
    await Promise.all([showing(one, 'out'), showing(two, 'out')]);
    const popup = one.waitForEvent('popup');
    await one.getByRole('button', { name: 'Log in with AIHubMix' }).click();
    await signIn(await popup);
    await Promise.all([showing(one, 'in'), showing(two, 'in')]);
    await two.getByText('750.00').waitFor();
    await two.getByRole('button', { name: 'Log out' }).click();
    await Promise.all([showing(one, 'out'), showing(two, 'out')]);
  });

  it('follow a login by redirect too', async () => {
    const context = await t.profile();
    const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
    await two.goto('/account');
    await showing(two, 'out');
    await loggedIn(one);
    await showing(two, 'in');
  });

  it('notice another user', async () => {
    const context = await t.profile();
    const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
    await loggedIn(one, '/plain');
    await createClient(one);
    await outcome(one, (client) => client.session());
    await two.goto('/account');
    await two.getByText('750.00').waitFor();
    await context.clearCookies({ domain: '127.0.0.1' });
    await one.evaluate(() => void window.client.login({ popup: true }));
    const popup = await one.waitForEvent('popup');
    await signIn(popup, 'grace');
    await two.getByText('grace').waitFor();
    await two.getByText('12.50').waitFor();
    expect(await one.evaluate(() => window.heard)).toEqual(['login']);
  });

  it('ask the server, whatever a message says', async () => {
    const page = await t.open('/plain');
    await createClient(page);
    await outcome(page, (client) => client.session());
    const asked = t.site.count('/auth/session');
    await page.evaluate(() => {
      const channel = new BroadcastChannel('aihubmix');
      channel.postMessage({ type: 'aihubmix:login', ok: true });
      channel.postMessage({ type: 'aihubmix:session', authenticated: true });
      for (const nonsense of [null, 1, 'aihubmix:login', {}, { type: 'aihubmix:session' }]) {
        channel.postMessage(nonsense);
      }
    });
    await until(() => t.site.count('/auth/session') > asked);
    expect(await outcome(page, (client) => client.session())).toEqual({ authenticated: false });
    expect(await page.evaluate(() => window.heard)).toEqual([]);
  });
});

onEveryTarget('the end of a session', (t) => {
  it('is told once when AIHubMix no longer accepts the login', async () => {
    const page = await t.open('/plain');
    await loggedIn(page, '/plain');
    await createClient(page);
    await outcome(page, (client) => client.session());
    t.site.provider.revoke(12345);
    const codes = await outcome(page, (client) =>
      Promise.all(
        [client.balance(), client.userInfo(), client.balance()].map((call) =>
          call.then(
            () => 'fine',
            (error) => error.code,
          ),
        ),
      ),
    );
    expect(codes).toContain('session_expired');
    expect(codes).not.toContain('fine');
    expect(await page.evaluate(() => window.heard)).toEqual(['expired']);
    expect(await outcome(page, (client) => client.session())).toEqual({ authenticated: false });
  });

  it('offers to log in again, one click away, in a tab that asked; the others show the button', async () => {
    const context = await t.profile();
    const [one, two] = await Promise.all([context.newPage(), context.newPage()]);
    await loggedIn(one);
    await two.goto('/account');
    await Promise.all([one.getByText('750.00').waitFor(), two.getByText('750.00').waitFor()]);
    t.site.provider.revoke(12345);
    await one.getByRole('button', { name: 'Refresh balance' }).click();
    await one.getByText('Your session has ended.').waitFor();
    await showing(two, 'out');
    await one.getByRole('button', { name: 'Log in' }).click();
    await Promise.all([one.getByText('750.00').waitFor(), two.getByText('750.00').waitFor()]);
  });

  it('leads through the login again at once where that is asked for, and back to the page', async () => {
    const page = await t.open('/account');
    await loggedIn(page, '/account?attributes=login-again');
    await page.getByText('750.00').waitFor();
    t.site.provider.revoke(12345);
    await page.reload();
    await page.getByText('750.00').waitFor();
    expect(new URL(page.url()).search).toBe('?attributes=login-again');
    expect(t.site.provider.count('token', 'authorization_code')).toBeGreaterThan(1);
  });

  it('does not go round in circles when the provider keeps refusing', async () => {
    const page = await t.open('/account');
    await loggedIn(page, '/account?attributes=login-again');
    await page.getByText('750.00').waitFor();
    await page.route('**/auth/balance', (route) =>
      route.fulfill({ status: 401, json: { error: 'session_expired', message: 'Log in again.' } }),
    );
    await page.reload();
    await page.getByText('Your session has ended.').waitFor();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  it('is noticed when the user comes back to a page whose session has run out', async () => {
    const page = await t.open('/account');
    await loggedIn(page);
    await page.getByText('750.00').waitFor();
    t.site.advance(31 * 24 * 60 * 60);
    await comeBackUntil(page, async () => (await page.locator('aihubmix-account[state=out]').count()) === 1);
  });
});

onEveryTarget('a top-up', (t) => {
  it('opens in another tab, and the balance is fresh when the user comes back', async () => {
    const page = await t.open('/account');
    await loggedIn(page, '/account', 'grace');
    await page.getByText('12.50').waitFor();
    const tab = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Top up' }).click();
    await (await tab).getByRole('button', { name: 'Add $10' }).click();
    expect(await (await tab).evaluate(() => window.opener)).toBeNull();
    await (await tab).getByText('$10.00 added').waitFor();
    await (await tab).close();
    await comeBackUntil(page, () => page.getByText('22.50').isVisible());
    const asked = t.site.count('/auth/balance');
    await comeBackUntil(page, () => Promise.resolve(true));
    expect(t.site.count('/auth/balance')).toBe(asked);
  });

  it('goes there in this tab when the browser opens no other', async () => {
    const context = await t.profile();
    await context.addInitScript(() => {
      window.open = () => null;
    });
    const page = await context.newPage();
    await loggedIn(page, '/account', 'grace');
    await page.getByRole('button', { name: 'Top up' }).click();
    await page.getByRole('button', { name: 'Add $10' }).waitFor();
    await page.goBack();
    await page.getByText(/\d\.50/).waitFor();
  });

  it('closes the tab again when AIHubMix does not say where', async () => {
    const page = await t.open('/account');
    await loggedIn(page);
    await page.getByText('750.00').waitFor();
    t.site.provider.fault('topup', { type: 'status', status: 503 });
    await page.getByRole('button', { name: 'Top up' }).click();
    await page.getByText('No answer. Try again in a moment.').waitFor();
    await until(() => page.context().pages().length === 1);
  });
});

/** Tells the page, as a browser does, that its user is back. The page listens once a second at most. */
async function comeBackUntil(page: Page, done: () => Promise<boolean>): Promise<void> {
  await until(async () => {
    await page.evaluate(() => window.dispatchEvent(new Event('focus')));
    return done();
  });
}

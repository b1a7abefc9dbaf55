import { expect, it } from 'vitest';
import {
  account,
  createClient,
  loggedIn,
  onEveryTarget,
  outcome,
  showing,
  signIn,
  until,
} from './fixture.js';

onEveryTarget('login', (t) => {
  it('goes by redirect and comes back to the page it began on', async () => {
    const page = await t.open('/account?x=1&attributes=redirect');
    await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
    await signIn(page);
    await page.waitForURL('**/account?x=1&attributes=redirect');
    await showing(page, 'in');
    await page.getByText('ada').waitFor();
    await page.getByText('750.00').waitFor();
  });

  it('goes in a popup, and the page stays', async () => {
    const page = await t.open('/account');
    await page.evaluate(() => document.body.setAttribute('data-stays', ''));
    const [popup] = await Promise.all([
      page.waitForEvent('popup'),
      page.getByRole('button', { name: 'Log in with AIHubMix' }).click(),
    ]);
    await page.getByRole('button', { name: 'Continue in the other window…' }).waitFor();
    await Promise.all([popup.waitForEvent('close'), signIn(popup)]);
    await showing(page, 'in');
    await page.getByText('750.00').waitFor();
    expect(await page.locator('body[data-stays]').count()).toBe(1);
  });

  it('settles the promise with the session, and tells of the login once', async () => {
    const page = await t.open('/plain');
    await createClient(page);
    const popup = page.waitForEvent('popup');
    const result = outcome(page, (client) => client.login({ popup: true }));
    await signIn(await popup);
    expect(await result).toMatchObject({ authenticated: true, user: { id: '12345', username: 'ada' } });
    expect(await page.evaluate(() => window.heard)).toEqual(['login']);
  });

  it('brings the popup to the front on a second click, and opens no other', async () => {
    const page = await t.open('/account');
    const login = account(page).getByRole('button');
    const popup = page.waitForEvent('popup');
    await login.click();
    await (await popup).waitForLoadState();
    await login.click();
    expect(page.context().pages()).toHaveLength(2);
  });

  it('tells what to do when a login by redirect failed', async () => {
    const page = await t.open('/account?error=access_denied');
    await page.getByText('You did not allow the login.').waitFor();
    await page.getByRole('button', { name: 'Log in' }).waitFor();
  });

  it('rejects when the popup is closed, and works again afterwards', async () => {
    const page = await t.open('/plain');
    await createClient(page);
    const popup = page.waitForEvent('popup');
    const result = outcome(page, (client) => client.login({ popup: true }));
    const window = await popup;
    await window.getByRole('button').first().waitFor();
    // This page never loses the focus: it believes in the end of a popup only after seeing it alive for a while.
    const opened = Date.now();
    await until(() => Date.now() - opened > 2_500);
    await window.close();
    expect(await result).toBe('popup_closed');

    const second = page.waitForEvent('popup');
    const again = outcome(page, (client) => client.login({ popup: true }));
    await signIn(await second);
    expect(await again).toMatchObject({ authenticated: true });
  });

  it('turns into a redirect when the browser gives no popup', async () => {
    const context = await t.profile();
    await context.addInitScript(() => {
      window.open = () => null;
    });
    const page = await context.newPage();
    await page.goto('/account');
    await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
    await signIn(page);
    await page.waitForURL('**/account');
    await showing(page, 'in');
  });

  it('needs one question for the session and one for the balance', async () => {
    const page = await t.open('/plain');
    await loggedIn(page, '/plain');
    const before = { session: t.site.count('/auth/session'), balance: t.site.count('/auth/balance') };
    await page.goto('/account');
    await page.getByText('750.00').waitFor();
    expect(t.site.count('/auth/session') - before.session).toBe(1);
    expect(t.site.count('/auth/balance') - before.balance).toBe(1);
  });
});

onEveryTarget(
  'login with a consent page',
  (t) => {
    it('rejects with the code when the user refuses in the popup', async () => {
      const page = await t.open('/plain');
      await createClient(page);
      const popup = page.waitForEvent('popup');
      const result = outcome(page, (client) => client.login({ popup: true }));
      await signIn(await popup);
      await (await popup).getByRole('button', { name: 'Deny' }).click();
      expect(await result).toBe('access_denied');
      expect(await page.evaluate(() => window.heard)).toEqual([]);
    });

    it('says on the page what happened, and offers to try again', async () => {
      const page = await t.open('/account');
      const popup = page.waitForEvent('popup');
      await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
      await signIn(await popup);
      await (await popup).getByRole('button', { name: 'Deny' }).click();
      await page.getByText('You did not allow the login.').waitFor();
      const second = page.waitForEvent('popup');
      await page.getByRole('button', { name: 'Log in' }).click();
      await (await second).getByRole('button', { name: 'Allow' }).click();
      await page.getByText('750.00').waitFor();
    });

    it('comes back from a refusal by redirect to the error path', async () => {
      const page = await t.open('/account?attributes=redirect');
      await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
      await signIn(page);
      await page.getByRole('button', { name: 'Deny' }).click();
      await page.waitForURL('**/account?error=access_denied');
      await page.getByText('You did not allow the login.').waitFor();
    });
  },
  { options: { autoAuthorize: false, errorPath: '/account' }, targets: ['express'] },
);

onEveryTarget(
  'login past a popup blocker',
  (t) => {
    it('turns into a redirect', async () => {
      const page = await t.open('/auto');
      await signIn(page);
      await page.waitForURL('**/plain');
      expect(page.context().pages()).toHaveLength(1);
    });
  },
  { launch: { ignoreDefaultArgs: ['--disable-popup-blocking'] }, targets: ['express'] },
);

onEveryTarget(
  'login at a provider with Cross-Origin-Opener-Policy',
  (t) => {
    it('works although the popup is cut off', async () => {
      const page = await t.open('/account');
      const popup = page.waitForEvent('popup');
      await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
      const window = await popup;
      await window.getByRole('button').first().waitFor();
      expect(await window.evaluate(() => window.opener)).toBeNull();
      await signIn(window);
      await showing(page, 'in');
      await page.getByText('750.00').waitFor();
    });

    it('is patient: the cut-off popup is not taken for a closed one', async () => {
      const page = await t.open('/plain');
      await createClient(page);
      const popup = page.waitForEvent('popup');
      const result = outcome(page, (client) => client.login({ popup: true }));
      const window = await popup;
      await window.getByRole('button').first().waitFor();
      const first = await Promise.race([result, window.waitForTimeout(12_000).then(() => 'still waiting')]);
      expect(first).toBe('still waiting');
      await signIn(window);
      expect(await result).toMatchObject({ authenticated: true });
    });

    it('gives a second click a new popup when the first is out of reach', async () => {
      const page = await t.open('/account');
      const login = account(page).getByRole('button');
      const first = page.waitForEvent('popup');
      await login.click();
      await (await first).getByRole('button').first().waitFor();
      await (await first).close();
      const second = page.waitForEvent('popup');
      await login.click();
      await signIn(await second);
      await showing(page, 'in');
    });
  },
  { mock: { coop: true }, targets: ['express'] },
);

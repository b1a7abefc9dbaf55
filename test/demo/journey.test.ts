import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { eventually, PRESENT_TARGETS } from './command.js';
import { comesBackTo, inChromium, logInByRedirect, seesAccount } from './fixture.js';

inChromium('with Chromium, a visitor', (open) => {
  test.each(PRESENT_TARGETS)(
    'of %s logs in by redirect, tops up, is revoked, logs in again and logs out',
    async (framework) => {
      const { page, complaints } = await open(framework);
      const login = page.getByRole('button', { name: 'Log in' });
      await page.getByRole('radio', { name: 'By redirect' }).check();
      await login.click();
      const toSignIn = page.getByRole('button', { name: 'Continue as ada' });
      await toSignIn.waitFor();
      const provider = new URL(page.url()).origin;
      await toSignIn.click();
      await seesAccount(page, '750.00');

      await topUp(page, '50');
      await comesBackTo(page, '800.00');

      await revoke(page, provider);
      expect(complaints).toEqual([]);
      await page.getByRole('button', { name: 'Refresh balance' }).click();
      await page.getByText('Your session has ended.').waitFor();
      expect(complaints.splice(0)).toEqual([expect.stringContaining('status of 401')]);

      // Still signed in at the provider: one click, and no page of its own.
      await login.click();
      await seesAccount(page, '800.00');
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByRole('button', { name: 'Log in with AIHubMix' }).waitFor();
      expect(complaints).toEqual([]);
    },
  );

  test.each(PRESENT_TARGETS)('of %s logs in in a popup, and the page stays', async (framework) => {
    const { page, complaints } = await open(framework);
    await page.evaluate("document.body.dataset.stays = ''");
    const popup = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
    await (await popup).getByRole('button', { name: 'Continue as ada' }).click();
    await seesAccount(page, '750.00');
    expect(await page.locator('body[data-stays]').count()).toBe(1);
    expect(complaints).toEqual([]);
    await page.getByRole('link', { name: '/private' }).click();
    await page.getByText('"username":"ada"').waitFor();
  });

  test('who comes back with an error reads what it was, once, and reloads to a clean page', async () => {
    const { page, url, complaints } = await open('express');
    await page.goto(`${url}/?error=access_denied&tab=1`);
    await page.getByText('You did not allow the login.').waitFor();
    expect(await page.getByText('You did not allow').count()).toBe(1);
    await addressBecomes(page, `${url}/?tab=1`);
    await page.reload();
    await page.getByRole('button', { name: 'Log in with AIHubMix' }).waitFor();
    await page.goto(`${url}/?error=${encodeURIComponent('<b>nonsense</b>')}`);
    await addressBecomes(page, `${url}/`);
    expect(complaints).toEqual([]);
  });

  test('who is logged in is asked about once', async () => {
    const { page } = await open('express');
    await logInByRedirect(page);
    await seesAccount(page, '750.00');
    const asked: string[] = [];
    page.on('request', (request) => asked.push(new URL(request.url()).pathname));
    await page.reload();
    await seesAccount(page, '750.00');
    expect(asked.sort()).toEqual(['/', '/auth/balance', '/auth/browser.js', '/auth/session']);
  });

  test('is told when the app does not answer, and tries again', async () => {
    const { page } = await open('express');
    await page.route('**/auth/session', (route) => route.abort());
    await page.reload();
    await page.getByText('No connection. Check your network.').waitFor();
    await page.unroute('**/auth/session');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('button', { name: 'Log in with AIHubMix' }).waitFor();
  });

  test('does not find the page in a frame of another site', async () => {
    const { page, url } = await open('express');
    await page.route('http://evil.example/', (route) =>
      route.fulfill({ contentType: 'text/html', body: `<iframe src="${url}"></iframe>` }),
    );
    await page.goto('http://evil.example/');
    await eventually('the frame is refused', async () =>
      page.frames()[1]?.url() === 'chrome-error://chromewebdata/' ? true : undefined,
    );
  });

  test('without JavaScript finds a link to log in', async () => {
    const { page } = await open('express', { javaScriptEnabled: false });
    await page.getByRole('link', { name: 'Log in with AIHubMix' }).click();
    await page.getByRole('button', { name: 'Continue as ada' }).waitFor();
  });
});

async function addressBecomes(page: Page, url: string): Promise<void> {
  await eventually(url, async () => (page.url() === url ? true : undefined));
}

async function topUp(page: Page, dollars: string): Promise<void> {
  const opened = page.waitForEvent('popup');
  await page.getByRole('button', { name: 'Top up' }).click();
  const tab = await opened;
  await tab.getByRole('button', { name: `Add $${dollars}`, exact: true }).click();
  await tab.getByText(`$${dollars}.00 added.`).waitFor();
  await tab.close();
}

async function revoke(page: Page, provider: string): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto(`${provider}/authorizations`);
  await tab.getByRole('button', { name: /^Revoke/ }).click();
  await tab.getByText('None.').waitFor();
  await tab.close();
}

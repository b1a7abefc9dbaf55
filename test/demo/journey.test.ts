import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CHROMIUM_ARGS, findChromium } from './chromium.js';
import { type Command, eventually, PRESENT_TARGETS, startCommand } from './command.js';

const executablePath = findChromium();
const demanded = process.env.REQUIRE_SERVICES === '1';

test.runIf(executablePath === undefined && demanded)('Chromium is on the search path', () => {
  expect.fail('REQUIRE_SERVICES=1, and no chromium, chromium-browser or google-chrome is on PATH');
});

describe.skipIf(executablePath === undefined)('with Chromium, a visitor', () => {
  let browser: Browser;
  let command: Command | undefined;
  let context: BrowserContext | undefined;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath ?? '', args: [...CHROMIUM_ARGS] });
  });

  afterAll(() => browser.close());

  afterEach(async () => {
    await context?.close();
    command?.process.kill('SIGKILL');
    await command?.ended;
  });

  async function open(framework: string): Promise<{ page: Page; url: string; complaints: string[] }> {
    command = startCommand(['--framework', framework, '--port', '0']);
    const url = await command.url();
    context = await browser.newContext();
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const complaints = complaintsOf(page);
    await page.goto(url);
    return { page, url, complaints };
  }

  test.each(PRESENT_TARGETS)(
    'of %s logs in, tops up, is revoked, logs in again and logs out',
    async (framework) => {
      const { page, complaints } = await open(framework);
      await page.getByRole('link', { name: 'Log in with AIHubMix' }).click();
      const provider = new URL(page.url()).origin;
      await page.getByRole('button', { name: 'Continue as ada' }).click();
      await seesAccount(page, '750.00');

      await topUp(page, '50');
      await seesAccount(page, '800.00');
      expect(await page.getByRole('status').textContent()).toBe('The balance is up to date.');

      await revoke(page, provider);
      expect(complaints).toEqual([]);
      await page.getByRole('button', { name: 'Refresh' }).click();
      await page.getByText('(session_expired)').waitFor();
      expect(complaints.splice(0)).toEqual([expect.stringContaining('status of 401')]);

      // Still signed in at the provider: one click, and no page of its own.
      await page.getByRole('link', { name: 'Log in with AIHubMix' }).click();
      await seesAccount(page, '800.00');
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.getByText('You are logged out.').waitFor();
      expect(await page.getByRole('link', { name: 'Log in with AIHubMix' }).isVisible()).toBe(true);
      expect(complaints).toEqual([]);
    },
  );

  test('who comes back with an error reads what to do, and reloads to a clean page', async () => {
    const { page, url, complaints } = await open('express');
    await page.goto(`${url}/?error=access_denied&tab=1`);
    await page.getByText('log in again and allow this app').waitFor();
    expect(page.url()).toBe(`${url}/?tab=1`);
    await page.goto(`${url}/?error=${encodeURIComponent('<b>nonsense</b>')}`);
    await page.getByText('That did not work. Please try again.').waitFor();
    expect(complaints).toEqual([]);
  });

  test('is told when the app does not answer, and tries again', async () => {
    const { page } = await open('express');
    await page.getByRole('link', { name: 'Log in with AIHubMix' }).waitFor();
    await page.route('**/auth/session', (route) => route.abort());
    await page.reload();
    await page.getByText('(offline)').waitFor();
    await page.unroute('**/auth/session');
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('link', { name: 'Log in with AIHubMix' }).waitFor();
  });

  test('sees nothing move from loading to an error to the account', async () => {
    const { page, url } = await open('express');
    await page.setViewportSize({ width: 360, height: 640 });
    const heights = [await heightOf(page)];
    await page.goto(`${url}/?error=provider_error`);
    await page.getByText('(provider_error)').waitFor();
    heights.push(await heightOf(page));
    await page.getByRole('link', { name: 'Log in with AIHubMix' }).click();
    await page.getByRole('button', { name: 'Continue as ada' }).click();
    await seesAccount(page, '750.00');
    heights.push(await heightOf(page));
    expect(new Set(heights).size).toBe(1);
  });
});

/** Console errors, uncaught errors and violations of the page's policy, which Chromium reports as console errors. */
function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return complaints;
}

async function seesAccount(page: Page, balance: string): Promise<void> {
  await page.getByText('ada', { exact: true }).waitFor();
  await page.getByText('ada@example.com').waitFor();
  await eventually(`the balance ${balance}`, async () =>
    (await page.locator('#balance').textContent()) === balance ? true : undefined,
  );
}

async function topUp(page: Page, dollars: string): Promise<void> {
  const opened = page.context().waitForEvent('page');
  await page.getByRole('link', { name: 'Top up' }).click();
  const tab = await opened;
  await tab.getByRole('button', { name: `Add $${dollars}`, exact: true }).click();
  await tab.getByText(`$${dollars}.00 added.`).waitFor();
  await tab.close();
  // Playwright keeps every tab visible, so the browser has no change of its own to tell.
  await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
}

async function revoke(page: Page, provider: string): Promise<void> {
  const tab = await page.context().newPage();
  await tab.goto(`${provider}/authorizations`);
  await tab.getByRole('button', { name: /^Revoke/ }).click();
  await tab.getByText('None.').waitFor();
  await tab.close();
}

async function heightOf(page: Page): Promise<number | undefined> {
  return (await page.locator('main').boundingBox())?.height;
}

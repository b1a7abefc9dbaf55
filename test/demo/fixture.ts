import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { Target } from '../../packages/demo/src/target.js';
import { CHROMIUM_ARGS, findChromium } from '../support/chromium.js';
import { type Command, eventually, startCommand } from './command.js';

/** A demo that runs, and a tab of a fresh profile that is at its page. */
export interface Visit {
  readonly page: Page;
  readonly url: string;
  /** Console errors, uncaught errors and violations of the page's policy, which Chromium reports as console errors. */
  readonly complaints: string[];
}

export type Open = (framework: Target, options?: BrowserContextOptions) => Promise<Visit>;

/** Runs tests in Chromium, each with a demo and a profile of its own. Without Chromium they are skipped, unless demanded. */
export function inChromium(name: string, tests: (open: Open) => void): void {
  const executablePath = findChromium();

  test.runIf(executablePath === undefined && process.env.REQUIRE_SERVICES === '1')(
    'Chromium is on the search path',
    () => expect.fail('REQUIRE_SERVICES=1, and no chromium, chromium-browser or google-chrome is on PATH'),
  );

  describe.skipIf(executablePath === undefined)(name, () => {
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

    tests(async (framework, options) => {
      command = startCommand(['--framework', framework, '--port', '0']);
      const url = await command.url();
      context = await browser.newContext({ locale: 'en-US', ...options });
      context.setDefaultTimeout(10_000);
      const page = await context.newPage();
      const complaints = complaintsOf(page);
      await page.goto(url);
      return { page, url, complaints };
    });
  });
}

function complaintsOf(page: Page): string[] {
  const complaints: string[] = [];
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  return complaints;
}

/** Waits until the account element shows the balance of a user. */
export async function seesAccount(page: Page, balance: string, user = 'ada'): Promise<void> {
  const account = page.locator('aihubmix-account[state=in]');
  await account.getByText(user, { exact: true }).waitFor();
  await account.getByText(balance, { exact: true }).waitFor();
}

/** Logs in by redirect, as the page's own switch has it, and signs in at the provider. */
export async function logInByRedirect(page: Page): Promise<void> {
  await page.locator('input[value=redirect]').check();
  await page.locator('aihubmix-account').getByRole('button').click();
  await page.getByRole('button', { name: 'Continue as ada' }).click();
}

/** Tells the page, as a browser does, that its user is back, until it has what it should. Playwright shows every tab at all times. */
export async function comesBackTo(page: Page, text: string): Promise<void> {
  await eventually(text, async () => {
    await page.evaluate("dispatchEvent(new Event('focus'))");
    return (await page.getByText(text, { exact: true }).isVisible()) ? true : undefined;
  });
}

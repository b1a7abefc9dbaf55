import type { Aihubmix } from '@aihubmix-auth/browser';
import type {} from '@aihubmix-auth/browser/element';
import type { Browser, BrowserContext, BrowserContextOptions, LaunchOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import type { Target } from '../../../packages/demo/src/target.js';
import { type Complaints, launch, WITHOUT_CHROMIUM, watch } from './chromium.js';
import { type Setup, type Site, startSite, targets } from './site.js';

/** What a test works with: a site, a browser, and a fresh profile for each test. */
export interface Fixture {
  readonly site: Site;
  readonly browser: Browser;
  /** A profile of its own: cookies and storage of nobody else. */
  profile(options?: BrowserContextOptions): Promise<BrowserContext>;
  /** A page at a path of the site, in a new profile. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
}

declare global {
  interface Window {
    /** What /plain has imported. */
    sdk: typeof import('@aihubmix-auth/browser');
    /** The client that a test made in the page. */
    client: Aihubmix;
    /** What the client told. */
    heard: string[];
    /** What a page of another origin was sent. */
    received: unknown[];
  }
}

/** Runs tests on every target, each with its own site. Every page that they open must keep its policy and throw nothing. */
export function onEveryTarget(
  name: string,
  tests: (fixture: Fixture) => void,
  setup: Setup & { readonly launch?: LaunchOptions; readonly targets?: readonly Target[] } = {},
): void {
  describe.skipIf(WITHOUT_CHROMIUM).each(setup.targets ?? targets())(`${name} (%s)`, (target) => {
    let site: Site;
    let browser: Browser;
    let opened: { context: BrowserContext; complaints: Complaints }[] = [];

    beforeAll(async () => {
      [site, browser] = await Promise.all([startSite(target, setup), launch(setup.launch)]);
    });
    afterAll(async () => {
      await browser?.close();
      await site?.close();
    });
    afterEach(async () => {
      const seen = opened;
      opened = [];
      site.cut = undefined;
      site.provider.clearFaults();
      await Promise.all(seen.map(({ context }) => context.close()));
      for (const { complaints } of seen) expect(complaints).toEqual({ violations: [], errors: [] });
    });

    const fixture: Fixture = {
      get site() {
        return site;
      },
      get browser() {
        return browser;
      },
      async profile(options) {
        const context = await browser.newContext({ baseURL: site.origin, locale: 'en-US', ...options });
        context.setDefaultTimeout(10_000);
        opened.push({ context, complaints: watch(context) });
        return context;
      },
      async open(path, options) {
        const page = await (await fixture.profile(options)).newPage();
        await page.goto(path);
        return page;
      },
    };
    tests(fixture);
  });
}

/** Makes a client in the page /plain and writes down what it tells. */
export async function createClient(page: Page, options: { loginAgain?: boolean } = {}): Promise<void> {
  await page.evaluate((options) => {
    window.client = window.sdk.createAihubmix(options);
    window.heard = [];
    for (const name of ['login', 'logout', 'expired', 'balance'] as const) {
      window.client.on(name, () => void window.heard.push(name));
    }
  }, options);
}

/** The user who signs in at the provider, on its page. */
export async function signIn(page: Page, user = 'ada'): Promise<void> {
  await page.getByRole('button', { name: `Continue as ${user}` }).click();
}

/** Logs a page's profile in by redirect; the page ends at `path`. */
export async function loggedIn(page: Page, path = '/account', user = 'ada'): Promise<void> {
  await page.goto(`/auth/login?returnTo=${encodeURIComponent(path)}`);
  await signIn(page, user);
  await page.waitForURL(`**${path}`);
}

/** The account element of a page. */
export function account(page: Page) {
  return page.locator('aihubmix-account');
}

/** Waits until the element shows a state. */
export async function showing(page: Page, state: AihubmixState): Promise<void> {
  await page.locator(`aihubmix-account[state=${state}]`).waitFor();
}

export type AihubmixState = 'loading' | 'out' | 'in' | 'failed';

/** What a promise of the page comes to: its value, or the code of its error. */
export async function outcome(page: Page, act: (client: Aihubmix) => Promise<unknown>): Promise<unknown> {
  return page.evaluate(`(${act})(window.client).then((value) => value, (error) => error.code)`);
}

/** Polls until a condition holds. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  await expect.poll(condition, { timeout: 15_000, interval: 50 }).toBe(true);
}

import { type Browser, type BrowserContext, chromium, type LaunchOptions, type Page } from 'playwright-core';
import { CHROMIUM_ARGS, findChromium } from '../../support/chromium.js';

/** The system's Chromium, if there is one. */
const CHROMIUM = findChromium();

/** Whether to skip: without Chromium, unless services are required; then the launch fails and says what is missing. */
export const WITHOUT_CHROMIUM = CHROMIUM === undefined && process.env.REQUIRE_SERVICES !== '1';

export async function launch(options: LaunchOptions = {}): Promise<Browser> {
  if (CHROMIUM === undefined) throw new Error('There is no "chromium" on PATH, and REQUIRE_SERVICES=1.');
  return chromium.launch({ executablePath: CHROMIUM, args: [...CHROMIUM_ARGS], ...options });
}

/** What a page complained about since it was watched. */
export interface Complaints {
  /** Violations of a Content-Security-Policy. */
  readonly violations: string[];
  /** Uncaught errors. */
  readonly errors: string[];
}

/** Watches all pages of a context, those that are opened later too. */
export function watch(context: BrowserContext): Complaints {
  const complaints: Complaints = { violations: [], errors: [] };
  const follow = (page: Page) => {
    page.on('pageerror', (error) => complaints.errors.push(String(error)));
    page.on('console', (message) => {
      if (/content security policy/i.test(message.text())) complaints.violations.push(message.text());
    });
  };
  context.on('page', follow);
  return complaints;
}

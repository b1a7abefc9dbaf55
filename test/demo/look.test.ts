import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { eventually } from './command.js';
import { inChromium, logInByRedirect, seesAccount } from './fixture.js';

const SAYS = {
  en: ['English', 'Your AIHubMix account in one click', 'Log in with AIHubMix'],
  zh: ['中文', '一键使用您的 AIHubMix 账户', '使用 AIHubMix 登录'],
  pt: ['Português', 'Sua conta AIHubMix em um clique', 'Entrar com AIHubMix'],
  fr: ['Français', 'Votre compte AIHubMix en un clic', 'Se connecter avec AIHubMix'],
} as const;

type Language = keyof typeof SAYS;
const LANGUAGES = Object.keys(SAYS) as Language[];

inChromium('the page', (open) => {
  test.each([
    ['en-GB', 'en'],
    ['zh-Hans-CN', 'zh'],
    ['pt-BR', 'pt'],
    ['fr', 'fr'],
    ['de', 'en'],
  ] as const)('speaks to a browser that prefers %s in %s', async (locale, language) => {
    const { page, complaints } = await open('express', { locale });
    await speaks(page, language);
    expect(complaints).toEqual([]);
  });

  test('speaks the language that is chosen, and stores nothing', async () => {
    const { page, complaints } = await open('express');
    for (const language of LANGUAGES) {
      await page.getByRole('radio', { name: SAYS[language][0] }).check();
      await speaks(page, language);
    }
    expect(await page.context().storageState()).toEqual({ cookies: [], origins: [] });
    expect(complaints).toEqual([]);
  });

  test('keeps what was chosen through a login by redirect', async () => {
    const { page } = await open('express');
    await page.getByRole('radio', { name: 'Français' }).check();
    await logInByRedirect(page);
    await seesAccount(page, '750.00');
    expect(await page.locator('html').getAttribute('lang')).toBe('fr');
    expect(await page.locator('aihubmix-account').getAttribute('redirect')).toBe('');
  });

  test('shows the lines that make the account box as they are', async () => {
    const { page } = await open('express');
    const code = page.locator('code');
    expect(await code.textContent()).toContain('<aihubmix-account></aihubmix-account>');
    await page.getByRole('radio', { name: 'By redirect' }).check();
    expect(await code.textContent()).toContain('<aihubmix-account redirect></aihubmix-account>');
    await page.getByRole('radio', { name: 'In a popup' }).check();
    expect(await code.textContent()).toContain('<aihubmix-account></aihubmix-account>');
  });

  test.each(LANGUAGES)('fits the smallest phone in %s, the balance whole', async (locale) => {
    const { page } = await open('express', { locale, viewport: { width: 320, height: 640 } });
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    await logInByRedirect(page);
    await seesAccount(page, '750.00');
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(320);
    const cut = await page
      .locator('aihubmix-account [part=balance]')
      .evaluate(
        (amount: { scrollWidth: number; clientWidth: number }) => amount.scrollWidth - amount.clientWidth,
      );
    expect(cut).toBe(0);
  });

  test.each([
    ['en', 900],
    ['fr', 360],
  ])(
    'does not move while it loads, logged out, refused or logged in (%s, %i wide)',
    async (locale, width) => {
      const { page, url } = await open('express', { locale, viewport: { width, height: 700 } });
      await page.addInitScript(OBSERVE_SHIFTS);
      const shifts: unknown[] = [];
      for (const [query, state] of [
        ['', 'out'],
        ['?error=access_denied', 'out'],
      ]) {
        await loadSlowly(page, `${url}/${query}`);
        await page.locator(`aihubmix-account[state=${state}]`).waitFor();
        shifts.push(await page.evaluate('shift'));
      }
      await logInByRedirect(page);
      await loadSlowly(page, url);
      await seesAccount(page, '750.00');
      shifts.push(await page.evaluate('shift'));
      expect(shifts).toEqual([0, 0, 0]);
    },
  );
});

async function speaks(page: Page, language: Language): Promise<void> {
  const [, headline, login] = SAYS[language];
  await page.getByRole('heading', { name: headline }).waitFor();
  await page.getByRole('button', { name: login, exact: true }).waitFor();
  expect(await page.locator('html').getAttribute('lang')).toBe(language);
  const untold = page.locator('[data-text]:empty');
  expect(await untold.count()).toBe(0);
}

const OBSERVE_SHIFTS = `
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.shift += entry.value;
}).observe({ type: 'layout-shift', buffered: true });
`;

/** The page is painted before the element's script comes. */
async function loadSlowly(page: Page, url: string): Promise<void> {
  await page.route('**/auth/browser.js', async (route) => {
    await eventually('a paint', async () =>
      (await page.evaluate("performance.getEntriesByType('paint').length > 0")) ? true : undefined,
    );
    await route.continue();
  });
  await page.goto(url);
  await page.unroute('**/auth/browser.js');
}

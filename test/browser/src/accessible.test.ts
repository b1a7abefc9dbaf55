import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { account, onEveryTarget, showing, signIn } from './fixture.js';

const LOGIN = 'Log in with AIHubMix';

onEveryTarget(
  'for assistive technology the account element',
  (t) => {
    it.each(['light', 'dark'] as const)('has nothing to object to in any state (%s)', async (colorScheme) => {
      const page = await t.open('/account', { colorScheme });
      await page.getByRole('button', { name: LOGIN }).waitFor();
      expect(await objections(page)).toEqual([]);

      const popup = page.waitForEvent('popup');
      await page.getByRole('button', { name: LOGIN }).click();
      await page.getByRole('button', { name: 'Continue in the other window…' }).waitFor();
      expect(await objections(page)).toEqual([]);
      await signIn(await popup);
      await page.getByText('750.00').waitFor();
      expect(await objections(page)).toEqual([]);

      t.site.provider.fault('userinfo', { type: 'status', status: 503 });
      await page.getByRole('button', { name: 'Refresh balance' }).click();
      await page.getByText('No answer. Try again in a moment.').waitFor();
      expect(await objections(page)).toEqual([]);

      t.site.cut = /session/;
      await page.reload();
      await showing(page, 'failed');
      expect(await objections(page)).toEqual([]);

      t.site.cut = undefined;
      await page.context().clearCookies();
      await page.goto('/account?error=access_denied');
      await page.getByText('You did not allow the login.').waitFor();
      expect(await objections(page)).toEqual([]);
    });

    it('has colours of its own for dark, by the system and by its attribute', async () => {
      const background = (page: Page) =>
        account(page)
          .locator('[part~=login]')
          .evaluate((button) => getComputedStyle(button).backgroundColor);
      const [light, dark, chosen, kept] = await Promise.all(
        [
          t.open('/account', { colorScheme: 'light' }),
          t.open('/account', { colorScheme: 'dark' }),
          t.open('/account?attributes=theme=dark', { colorScheme: 'light' }),
          t.open('/account?attributes=theme=light', { colorScheme: 'dark' }),
        ].map(async (page) => background(await page)),
      );
      expect(dark).not.toBe(light);
      expect(chosen).toBe(dark);
      expect(kept).toBe(light);
    });
  },
  { targets: ['express'] },
);

/** What axe finds, by rule and place. */
async function objections(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe } = window as unknown as { axe: typeof import('axe-core') };
    const { violations } = await axe.run(document);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`),
    );
  });
}

import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { LANGUAGES, TEXTS } from '../../../packages/browser/src/element/texts.js';
import { account, createClient, loggedIn, onEveryTarget, showing, signIn, until } from './fixture.js';

const LOGIN = {
  en: 'Log in with AIHubMix',
  zh: '使用 AIHubMix 登录',
  pt: 'Entrar com AIHubMix',
  fr: 'Se connecter avec AIHubMix',
};

onEveryTarget('the account element', (t) => {
  it('shows name, balance as the provider formatted it, refresh, top-up and logout', async () => {
    const page = await t.open('/account');
    await loggedIn(page);
    const element = account(page);
    await element.getByText('ada').waitFor();
    await element.getByText('750.00').waitFor();
    const names = ['Refresh balance', 'Top up (opens a new tab)', 'Log out'];
    for (const name of names) await element.getByRole('button', { name, exact: true }).waitFor();
    await element.getByRole('button', { name: 'Log out' }).click();
    await element.getByRole('button', { name: LOGIN.en }).waitFor();
    expect(await page.context().cookies(t.site.origin)).toEqual([]);
  });

  it('asks again on refresh', async () => {
    const page = await t.open('/account');
    await loggedIn(page, '/account', 'grace');
    await page.getByText('12.50').waitFor();
    t.site.provider.setBalance(67890, '99.01');
    await page.getByRole('button', { name: 'Refresh balance' }).click();
    await page.getByText('99.01').waitFor();
    t.site.provider.setBalance(67890, '12.50');
  });

  it('calls an unlimited account unlimited', async () => {
    const page = await t.open('/account');
    await loggedIn(page, '/account', 'linus');
    await page.getByText('Unlimited').waitFor();
  });

  it.each(Object.entries(LOGIN))(
    'speaks %s: by the browser, by the page, by its own attribute',
    async (lang, text) => {
      const byBrowser = await t.open('/account', { locale: `${lang}-XX` });
      await byBrowser.evaluate(() => document.documentElement.removeAttribute('lang'));
      await byBrowser.getByRole('button', { name: text }).waitFor();
      const other = lang === 'fr' ? 'pt' : 'fr';
      const byPage = await t.open('/account', { locale: other });
      await byPage.evaluate(
        (lang) => document.documentElement.setAttribute('lang', lang),
        `${lang}-Latn-x-y`,
      );
      await byPage.getByRole('button', { name: text }).waitFor();
      const byItself = await t.open(`/account?attributes=lang=${lang}`, { locale: other });
      await byItself.getByRole('button', { name: text }).waitFor();
      expect(await account(byItself).getByRole('group').getAttribute('lang')).toBe(lang);
    },
  );

  it('speaks English where it does not know the language', async () => {
    const page = await t.open('/account?attributes=lang=de', { locale: 'fr' });
    await page.getByRole('button', { name: LOGIN.en }).waitFor();
  });

  it('says so when there is no connection, and comes back with it', async () => {
    const page = await t.open('/account');
    await showing(page, 'out');
    t.site.cut = /^\/auth\/(session|balance)$/;
    await page.reload();
    await page.getByText('No connection. Check your network.').waitFor();
    await showing(page, 'failed');
    t.site.cut = undefined;
    await page.getByRole('button', { name: 'Try again' }).click();
    await showing(page, 'out');
    t.site.cut = /^\/auth\/(session|balance)$/;
    await page.reload();
    await showing(page, 'failed');
    t.site.cut = undefined;
    await page.evaluate(() => window.dispatchEvent(new Event('online')));
    await showing(page, 'out');
  });

  it('keeps the user and says what to do when AIHubMix does not answer', async () => {
    const page = await t.open('/account');
    await loggedIn(page);
    await page.getByText('750.00').waitFor();
    t.site.provider.fault('userinfo', { type: 'status', status: 503 });
    const refresh = page.getByRole('button', { name: 'Refresh balance' });
    await refresh.click();
    await page.getByText('No answer. Try again in a moment.').waitFor();
    await showing(page, 'in');
    t.site.provider.clearFaults();
    await refresh.click();
    await page.getByText('750.00').waitFor();
    expect(await page.getByText('No answer').isVisible()).toBe(false);
  });

  it('can be used with the keyboard only, and keeps the focus where the user is', async () => {
    const page = await t.open('/account');
    await page.getByRole('button', { name: LOGIN.en }).waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toBe(LOGIN.en);
    const popup = page.waitForEvent('popup');
    await page.keyboard.press('Enter');
    const window = await popup;
    await window.getByRole('button', { name: 'Continue as ada' }).focus();
    await window.keyboard.press('Enter');
    await page.getByText('750.00').waitFor();
    expect(await focused(page)).toBe('AIHubMix account');
    for (const name of ['Refresh balance', 'Top up (opens a new tab)', 'Log out']) {
      await page.keyboard.press('Tab');
      expect(await focused(page)).toBe(name);
    }
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: LOGIN.en }).waitFor();
    expect(await focused(page)).toBe(LOGIN.en);
  });

  it('shows no login button to a logged-in user, however slow the answer, and never moves the page', async () => {
    const page = await t.open('/account');
    await loggedIn(page);
    await page.getByText('750.00').waitFor();
    await page.addInitScript(() => {
      Object.assign(window, { states: [], shift: 0 });
      const seen = window as unknown as { states: string[]; shift: number };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) seen.shift += (entry as unknown as { value: number }).value;
      }).observe({ type: 'layout-shift', buffered: true });
      new MutationObserver((records) => {
        for (const { target } of records) {
          if (target instanceof HTMLElement && target.hasAttribute('state')) {
            seen.states.push(target.getAttribute('state') ?? '');
          }
        }
      }).observe(document, { subtree: true, attributes: true, attributeFilter: ['state'] });
    });
    await page.route('**/auth/session', async (route) => {
      await page.waitForTimeout(500);
      await route.continue();
    });
    await page.reload();
    await page.getByText('750.00').waitFor();
    const seen = await page.evaluate(() => {
      const { states, shift } = window as unknown as { states: string[]; shift: number };
      return { states, shift };
    });
    expect([...new Set(seen.states)]).toEqual(['loading', 'in']);
    expect(seen.shift).toBe(0);
  });

  it('shows the login button without waiting where the page says so, and soon even if nothing answers', async () => {
    const page = await t.open('/plain');
    await page.route('**/auth/session', () => {});
    await page.goto('/account?attributes=initial=out');
    await page.getByRole('button', { name: LOGIN.en }).waitFor({ timeout: 900 });
    await page.goto('/account');
    await showing(page, 'loading');
    await page.getByRole('button', { name: LOGIN.en }).waitFor({ timeout: 3000 });
    await page.unroute('**/auth/session');
  });

  it.each(LANGUAGES)('has the same size in all states, on a wide and a narrow screen (%s)', async (lang) => {
    const page = await t.open(`/account?attributes=lang=${lang}`);
    const sizes = new Set<string>();
    const measure = async () => {
      for (const width of [1000, 360]) {
        await page.setViewportSize({ width, height: 600 });
        const box = await account(page).boundingBox();
        sizes.add(`${width}: ${box?.width} x ${box?.height}`);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      }
    };
    await showing(page, 'out');
    await measure();
    t.site.cut = /session/;
    await page.reload();
    await showing(page, 'failed');
    await measure();
    t.site.cut = undefined;
    await loggedIn(page, `/account?attributes=lang=${lang}`);
    await page.getByText('750.00').waitFor();
    await measure();
    t.site.provider.fault('userinfo', { type: 'status', status: 503 });
    for (const [cut, text] of [
      [/balance/, TEXTS[lang].offline],
      [undefined, TEXTS[lang].unavailable],
    ] as const) {
      t.site.cut = cut;
      await account(page).locator('[part~=refresh]').click();
      await page.getByText(text).waitFor();
      await measure();
    }
    expect([...sizes]).toEqual(['1000: 384 x 56', '360: 328 x 56']);
  });

  it('stays as it is when it is moved in the page', async () => {
    const page = await t.open('/account');
    await loggedIn(page);
    await page.getByText('750.00').waitFor();
    const state = await page.evaluate(() => {
      const element = document.querySelector('aihubmix-account');
      if (element) document.body.prepend(element);
      return element?.getAttribute('state');
    });
    expect(state).toBe('in');
    expect(await page.getByText('750.00').isVisible()).toBe(true);
  });

  it('uses a client that the app gives it, and both know the same', async () => {
    const page = await t.open('/plain');
    await createClient(page);
    await page.evaluate(() => {
      const element = document.createElement('aihubmix-account');
      element.client = window.client;
      document.body.append(element);
    });
    await showing(page, 'out');
    const popup = page.waitForEvent('popup');
    await page.getByRole('button', { name: LOGIN.en }).click();
    await signIn(await popup);
    await page.getByText('750.00').waitFor();
    expect(await page.evaluate(() => window.heard)).toEqual(['login', 'balance']);
  });

  it('comes from a script that is revalidated, not downloaded again', async () => {
    const page = await t.open('/account');
    const script = page.waitForResponse('**/auth/browser.js');
    await page.reload();
    expect(await (await script).headerValue('cache-control')).toBe('no-cache');
    const answer = await fetch(`${t.site.origin}/auth/browser.js`);
    const again = await fetch(answer.url, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } });
    expect([answer.status, again.status]).toEqual([200, 304]);
  });

  it('asks once for several elements', async () => {
    const page = await t.open('/account');
    await showing(page, 'out');
    const asked = t.site.count('/auth/session');
    await page.evaluate(async () => {
      for (let index = 0; index < 3; index++)
        document.body.append(document.createElement('aihubmix-account'));
    });
    await until(async () => (await page.locator('aihubmix-account[state=out]').count()) === 4);
    expect(t.site.count('/auth/session')).toBe(asked + 1);
  });
});

/** The accessible name of what has the focus, inside the element too. */
async function focused(page: Page): Promise<string | null | undefined> {
  return page.evaluate(() => {
    const active = document.activeElement?.shadowRoot?.activeElement ?? document.activeElement;
    return active?.getAttribute('aria-label') ?? active?.textContent;
  });
}

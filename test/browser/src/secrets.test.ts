import type { BrowserContext } from 'playwright-core';
import { expect, it } from 'vitest';
import { createClient, loggedIn, onEveryTarget, outcome, signIn } from './fixture.js';

onEveryTarget('in everything that the browser received or stored', (t) => {
  it('there is no token, code verifier or secret', async () => {
    const context = await t.profile();
    const received = recordAll(context, t.site.origin);
    const page = await context.newPage();
    await loggedIn(page);
    await page.getByText('750.00').waitFor();
    await page.getByRole('button', { name: 'Log out' }).click();
    const popup = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
    await (await popup).waitForEvent('close');
    await page.getByText('750.00').waitFor();

    t.site.provider.expireAccessTokens();
    await page.goto('/plain');
    await createClient(page);
    await outcome(page, async (client) => [
      await client.session(),
      await client.userInfo(),
      await client.topUp(),
    ]);
    for (const path of ['/auth/balance', '/auth/topup', '/auth/callback?state=a&code=b'])
      await page.goto(path);

    expect(t.site.provider.count('token', 'refresh_token')).toBeGreaterThan(0);
    expect(t.site.secrets.size).toBeGreaterThan(7);
    const all = [...received, JSON.stringify(await context.storageState({ indexedDB: true }))].join('\n');
    expect(all).toContain('750.00');
    for (const secret of t.site.secrets) expect(all.includes(secret)).toBe(false);
  });

  it('there is nothing but cookies that no script can read', async () => {
    const context = await t.profile();
    const page = await context.newPage();
    await page.goto('/account');
    const popup = page.waitForEvent('popup');
    await page.getByRole('button', { name: 'Log in with AIHubMix' }).click();
    await signIn(await popup);
    await page.getByText('750.00').waitFor();
    const stored = await page.evaluate(async () => ({
      local: localStorage.length,
      session: sessionStorage.length,
      databases: (await indexedDB.databases()).length,
      caches: (await caches.keys()).length,
      cookie: document.cookie,
      name: window.name,
    }));
    expect(stored).toEqual({ local: 0, session: 0, databases: 0, caches: 0, cookie: '', name: '' });
    const cookies = await context.cookies(t.site.origin);
    expect(cookies).toHaveLength(1);
    expect(cookies[0]).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
  });
});

/** Bodies, headers and addresses of all that the origin answers, and of all that is asked of it. */
function recordAll(context: BrowserContext, origin: string): string[] {
  const seen: string[] = [];
  context.on('request', (request) => void seen.push(request.url(), request.postData() ?? ''));
  context.on('response', async (response) => {
    if (!response.url().startsWith(origin)) return;
    seen.push(JSON.stringify(await response.allHeaders().catch(() => ({}))));
    seen.push(await response.text().catch(() => ''));
  });
  return seen;
}

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createClient, loggedIn, onEveryTarget, outcome, showing, signIn, until } from './fixture.js';

let server: Server;
let evil: string;

beforeAll(async () => {
  server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html');
    response.end('<!doctype html><title>Evil</title><body></body>');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  evil = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

onEveryTarget('a page of another site', (t) => {
  it('that opens the login popup is told nothing', async () => {
    const page = await t.open(evil);
    await page.evaluate((origin) => {
      window.received = [];
      window.addEventListener('message', ({ data }) => void window.received.push(data));
      const channel = new BroadcastChannel('aihubmix');
      channel.onmessage = ({ data }) => void window.received.push(data);
      window.open(`${origin}/auth/login?popup=1&origin=${location.origin}`);
    }, t.site.origin);
    const popup = page.context().pages()[1] ?? (await page.waitForEvent('popup'));
    await Promise.all([popup.waitForEvent('close'), signIn(popup)]);
    // A message of its own, sent later, has come: one that was sent before would have.
    await page.evaluate(() => window.postMessage('last', '*'));
    await until(() => page.evaluate(() => window.received.includes('last')));
    expect(await page.evaluate(() => window.received)).toEqual(['last']);
  });

  it('that opens the app cannot make it believe in a login, nor ask', async () => {
    const page = await t.open(evil);
    const opened = page.waitForEvent('popup');
    await page.evaluate((origin) => {
      Object.assign(window, { app: window.open(`${origin}/plain`) });
    }, t.site.origin);
    const app = await opened;
    await app.waitForFunction(() => window.sdk !== undefined);
    await createClient(app);
    const popup = app.waitForEvent('popup');
    const result = outcome(app, (client) => client.login({ popup: true }));
    await (await popup).getByRole('button').first().waitFor();
    const asked = t.site.count('/auth/session');
    await app.evaluate(() => {
      window.received = [];
      window.addEventListener('message', ({ data }) => void window.received.push(data));
    });
    await page.evaluate(() => {
      const { app } = window as unknown as { app: Window };
      for (const ok of [true, false])
        app.postMessage({ type: 'aihubmix:login', ok, error: 'server_error' }, '*');
    });
    await until(() => app.evaluate(() => window.received.length === 2));
    expect(t.site.count('/auth/session')).toBe(asked);
    expect(await app.evaluate(() => window.heard)).toEqual([]);
    await signIn(await popup);
    expect(await result).toMatchObject({ authenticated: true });
  });

  it('in the login popup itself cannot either', async () => {
    const page = await t.open('/plain');
    await createClient(page);
    const popup = page.waitForEvent('popup');
    const result = outcome(page, (client) => client.login({ popup: true }));
    await (await popup).getByRole('button').first().waitFor();
    const asked = t.site.count('/auth/session');
    await page.evaluate(() => {
      window.received = [];
      window.addEventListener('message', ({ data }) => void window.received.push(data));
    });
    await (await popup).evaluate(() => {
      for (const ok of [true, false]) {
        window.opener.postMessage({ type: 'aihubmix:login', ok, error: 'server_error' }, '*');
      }
    });
    await until(() => page.evaluate(() => window.received.length === 2));
    expect(t.site.count('/auth/session')).toBe(asked);
    await signIn(await popup);
    expect(await result).toMatchObject({ authenticated: true });
  });

  it('in a frame of the app cannot either', async () => {
    const page = await t.open('/framing');
    await createClient(page);
    const popup = page.waitForEvent('popup');
    const result = outcome(page, (client) => client.login({ popup: true }));
    await (await popup).getByRole('button').first().waitFor();
    const asked = t.site.count('/auth/session');
    await page.evaluate((url) => {
      window.received = [];
      window.addEventListener('message', ({ data }) => void window.received.push(data));
      document.body.append(Object.assign(document.createElement('iframe'), { src: url }));
    }, evil);
    await until(() => page.frames().length === 2 && page.frames()[1]?.url() === evil);
    await page.frames()[1]?.evaluate(() => {
      for (const ok of [true, false]) {
        parent.postMessage({ type: 'aihubmix:login', ok, error: 'server_error' }, '*');
      }
    });
    await until(() => page.evaluate(() => window.received.length === 2));
    expect(t.site.count('/auth/session')).toBe(asked);
    await signIn(await popup);
    expect(await result).toMatchObject({ authenticated: true });
  });

  it('cannot show the answers of the routes in a frame', async () => {
    // Not a watched profile: here a policy is violated, and ought to be.
    const victim = await t.browser.newContext({ baseURL: t.site.origin });
    const app = await victim.newPage();
    await loggedIn(app);
    await showing(app, 'in');
    const page = await victim.newPage();
    await page.goto(evil);
    for (const path of ['/auth/session', '/auth/balance', '/auth/topup']) {
      await page.evaluate(async (src) => {
        const frame = Object.assign(document.createElement('iframe'), { src });
        const loaded = new Promise((resolve) => frame.addEventListener('load', resolve));
        document.body.append(frame);
        await loaded;
      }, t.site.origin + path);
    }
    expect(page.frames()).toHaveLength(4);
    for (const frame of page.frames().slice(1)) {
      expect(await frame.evaluate(() => document.documentElement.textContent)).not.toMatch(
        /"username"|"formatted"|"url"|"error"/,
      );
    }
    await victim.close();
  });

  it('cannot log the user out', async () => {
    const context = await t.profile();
    const app = await context.newPage();
    await loggedIn(app);
    const page = await context.newPage();
    await page.goto(evil);
    await page.evaluate(async (url) => {
      await fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include' });
    }, `${t.site.origin}/auth/logout`);
    await app.reload();
    await showing(app, 'in');
  });
});

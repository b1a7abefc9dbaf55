import { createHash } from 'node:crypto';
import { createContext, runInContext } from 'node:vm';
import { expect } from 'vitest';
import { FETCH, loggedIn, login } from './browser.js';
import type { Answer } from './client.js';
import { type Cases, conformance, pause } from './site.js';

interface Told {
  /** To the opener, with the target origin. */
  readonly opener: [unknown, unknown][];
  /** On which channel, what. */
  readonly channel: [string, unknown][];
  closed: boolean;
  readonly wentTo: string[];
}

function scriptOf(html: string): string {
  const scripts = [...html.matchAll(/<script[^>]*>([\s\S]*?)<\/script>/g)];
  expect(scripts.length).toBe(1);
  return scripts[0]?.[1] ?? '';
}

/** Runs the page as a browser would, as far as a page that small can go. */
async function run(answer: Answer, hasOpener = true): Promise<Told> {
  const told: Told = { opener: [], channel: [], closed: false, wentTo: [] };
  const attributes = [...(/<html([^>]*)>/.exec(answer.text)?.[1] ?? '').matchAll(/data-([\w-]+)="([^"]*)"/g)];
  const unescaped = (text = '') =>
    text.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replaceAll('&amp;', '&');
  const dataset = Object.fromEntries(attributes.map(([, name, value]) => [name, unescaped(value)]));
  class BroadcastChannel {
    readonly #name: string;
    constructor(name: string) {
      this.#name = name;
    }
    postMessage(message: unknown): void {
      told.channel.push([this.#name, message]);
    }
    close(): void {}
  }
  const opener = { postMessage: (message: unknown, origin: unknown) => told.opener.push([message, origin]) };
  const location = {
    replace: (url: string) => told.wentTo.push(url),
    assign: (url: string) => told.wentTo.push(url),
  };
  const window: Record<string, unknown> = {
    opener: hasOpener ? opener : null,
    location,
    BroadcastChannel,
    document: { documentElement: { dataset }, currentScript: { dataset }, body: { dataset } },
    close: () => {
      told.closed = true;
    },
    setTimeout: (work: () => void) => setTimeout(work, 0),
  };
  window.window = window;
  window.self = window;
  runInContext(scriptOf(answer.text), createContext(window));
  await pause(10);
  return JSON.parse(JSON.stringify(told));
}

function expectStrictPage(answer: Answer): void {
  expect(answer.status).toBe(200);
  expect(answer.headers['content-type']).toMatch(/^text\/html/);
  const policy = answer.headers['content-security-policy'] ?? '';
  expect(policy).toMatch(/default-src 'none'/);
  expect(policy).toMatch(/frame-ancestors 'none'/);
  expect(policy).not.toMatch(/unsafe|\*|data:|https?:/);
  const hash = createHash('sha256').update(scriptOf(answer.text)).digest('base64');
  const nonce = /'nonce-([^']+)'/.exec(policy)?.[1];
  expect(policy.includes(`'sha256-${hash}'`) || (nonce !== undefined && answer.text.includes(nonce))).toBe(
    true,
  );
  expect(answer.headers['cache-control']).toBe('no-store');
  expect(answer.headers['x-content-type-options']).toBe('nosniff');
  expect(answer.headers['referrer-policy']).toBe('no-referrer');
  expect(answer.text).not.toMatch(/\son\w+=|javascript:/i);
}

const OK = { type: 'aihubmix:login', ok: true };

const cases: Cases = {
  'a login in a popup ends on a page under a strict policy, with the session set': async (site) => {
    const browser = site.browser();
    const answer = await login(browser, { query: 'popup=1' });
    expectStrictPage(answer);
    expect((await browser.session()).authenticated).toBe(true);
    expect(await browser.loginCookies()).toEqual([]);
  },
  'the page tells its opener, with this site’s own origin as target, and the channel, and closes': async (
    site,
  ) => {
    const told = await run(await login(site.browser(), { query: 'popup=1' }));
    expect(told.opener).toEqual([[OK, site.origin]]);
    expect(told.channel).toEqual([['aihubmix', OK]]);
    expect(told.closed).toBe(true);
  },
  'a page that cannot close goes to returnTo': async (site) => {
    const told = await run(await login(site.browser(), { query: 'popup=1&returnTo=/after?a=b%26c=d' }));
    expect(told.wentTo.map((url) => new URL(url, site.origin).href)).toEqual([
      `${site.origin}/after?a=b&c=d`,
    ]);
  },
  'a page whose opener was cut off still speaks on the channel': async (site) => {
    const told = await run(await login(site.browser(), { query: 'popup=1' }), false);
    expect([told.opener, told.channel]).toEqual([[], [['aihubmix', OK]]]);
  },
  'a failed login tells ok false and the code, nothing else': async (site) => {
    const browser = site.browser();
    const answer = await login(browser, { query: 'popup=1', decision: 'deny' });
    expect(answer.headers['content-security-policy']).toMatch(/frame-ancestors 'none'/);
    const told = await run(answer);
    const message = { type: 'aihubmix:login', ok: false, error: 'access_denied' };
    expect(told.opener).toEqual([[message, site.origin]]);
    expect(told.channel).toEqual([['aihubmix', message]]);
    expect(await browser.session()).toEqual({ authenticated: false });
    site.mock.fault('token', { type: 'status', status: 500 });
    const failed = await run(await login(site.browser(), { query: 'popup=1' }));
    expect(failed.opener[0]?.[0]).toEqual({
      type: 'aihubmix:login',
      ok: false,
      error: 'provider_unavailable',
    });
  },
  'the page holds no session id, code, state, user or token': async (site) => {
    const browser = site.browser();
    const answer = await login(browser, { query: 'popup=1' });
    const request = site.mock.requests.find(({ endpoint }) => endpoint === 'token');
    const secrets = [
      await browser.sessionId(),
      request?.params.code,
      request?.params.code_verifier,
      'ada',
      '12345',
    ];
    for (const secret of secrets) expect(answer.text).not.toContain(secret);
  },
  'markup in returnTo stays text in the page': async (site) => {
    const evil = `/x?"><script>alert(1)</script>'&lt;`;
    const answer = await login(site.browser(), { query: 'popup=1', returnTo: evil });
    scriptOf(answer.text);
    expect(answer.text).not.toMatch(/"><script>alert|alert\(1\)<\/script>/);
  },
  'an origin parameter that is not trusted is ignored, in whatever form': async (site) => {
    for (const origin of [
      'https://evil.example',
      '*',
      'null',
      '',
      `${site.origin}.evil.example`,
      'javascript:x',
    ]) {
      for (const query of [
        `popup=1&origin=${encodeURIComponent(origin)}`,
        `popup=1&origin=${site.origin}&origin=${origin}`,
        `popup=1&origin[]=${origin}`,
      ]) {
        const told = await run(await login(site.browser(), { query }));
        expect([query, told.opener[0]?.[1]]).toEqual([query, site.origin]);
      }
    }
  },
  'only popup=1 makes a popup': async (site) => {
    for (const query of ['popup=0', 'popup', 'popup=', 'popup[]=1', 'origin=https://x.example']) {
      expect([query, (await login(site.browser(), { query })).status]).toEqual([query, 303]);
    }
    const browser = site.browser();
    const begun = await browser.visit('/auth/login');
    const back = await site.mock.authorize(begun.location, 12345);
    expect((await browser.visit(`${back.slice(site.origin.length)}&popup=1`)).status).toBe(303);
  },
  'a popup visited twice changes no session and spends nothing more': async (site) => {
    const browser = site.browser();
    const begun = await browser.visit('/auth/login?popup=1');
    const back = (await site.mock.authorize(begun.location, 12345)).slice(site.origin.length);
    await browser.visit(back);
    const before = await browser.session();
    expect((await browser.visit(back)).status).toBeLessThan(500);
    expect(await browser.session()).toEqual(before);
    expect(site.mock.count('token')).toBe(1);
  },
  'a login in a popup does not disturb one in a tab': async (site) => {
    const browser = site.browser();
    const tab = await browser.visit('/auth/login?returnTo=/tab');
    await login(browser, { query: 'popup=1' });
    const back = (await site.mock.authorize(tab.location, 12345)).slice(site.origin.length);
    expect((await browser.visit(back)).location).toBe('/tab');
  },
};
conformance('popup', cases);

const APP = 'https://app.example.com';
const trusted: Cases = {
  'a trusted origin becomes the target of the message': async (site) => {
    const told = await run(await login(site.browser(), { query: `popup=1&origin=${APP}` }));
    expect(told.opener).toEqual([[OK, APP]]);
  },
  'an origin that only resembles it does not, and without one it is this site’s': async (site) => {
    for (const origin of [
      'http://app.example.com',
      `${APP}.evil.example`,
      `${APP}:444`,
      `${APP}@evil.example`,
      '',
    ]) {
      const told = await run(
        await login(site.browser(), { query: `popup=1&origin=${encodeURIComponent(origin)}` }),
      );
      expect([origin, told.opener[0]?.[1]]).toEqual([origin, site.origin]);
    }
    const told = await run(await login(site.browser(), { query: 'popup=1' }));
    expect(told.opener[0]?.[1]).toBe(site.origin);
  },
  'a failed login tells the trusted origin as well': async (site) => {
    const told = await run(await login(site.browser(), { query: `popup=1&origin=${APP}`, decision: 'deny' }));
    expect(told.opener[0]).toEqual([{ type: 'aihubmix:login', ok: false, error: 'access_denied' }, APP]);
    const browser = await loggedIn(site);
    expect((await browser.fetch('/auth/session', FETCH)).status).toBe(200);
  },
};
conformance('popup from a trusted origin', trusted, { options: { trustedOrigins: [APP] } });

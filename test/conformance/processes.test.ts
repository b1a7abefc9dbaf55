import { memoryStore, type SessionStore } from '@aihubmix-auth/core';
import { expect } from 'vitest';
import { ADA, type Browser, loggedIn } from './browser.js';
import { type Cases, conformance, type Setup, type Site, startSite } from './site.js';

const refreshes = (site: Site) => site.mock.count('token', 'refresh_token');

/** Runs with further processes of the same site. */
async function withProcesses(
  site: Site,
  setups: readonly Setup[],
  work: (more: Site[]) => Promise<void>,
): Promise<void> {
  const more = await Promise.all(
    setups.map((setup) => startSite(site.target, { ...setup, processOf: site })),
  );
  try {
    await work(more);
  } finally {
    await Promise.all(more.map((process) => process.close()));
  }
}

async function withExpiredToken(site: Site): Promise<Browser> {
  const browser = await loggedIn(site);
  site.clock.advance(7201);
  site.mock.clearRequests();
  return browser;
}

/** The same store for a process that dies while it holds a lock: nothing that it took is ever given back. */
function dying(store: SessionStore): SessionStore {
  return {
    ...store,
    lock: async (key, lease) => {
      const lock = await store.lock(key, lease);
      return lock && { release: () => undefined };
    },
  };
}

const cases: Cases = {
  'three processes that need the refresh at once make one refresh, and all requests are served': async (
    site,
  ) => {
    await withProcesses(site, [{}, {}], async (more) => {
      const browser = await withExpiredToken(site);
      site.mock.fault('token', { type: 'latency', ms: 100 });
      const processes = [site, ...more];
      const calls = Array.from({ length: 60 }, (_, at) =>
        browser.at(processes[at % 3] as Site).fetch(at % 2 ? '/auth/balance' : '/auth/topup'),
      );
      expect(new Set((await Promise.all(calls)).map(({ status }) => status))).toEqual(new Set([200]));
      expect(refreshes(site)).toBe(1);
    });
  },
  'a 401 seen by two processes at once leads to one refresh': async (site) => {
    await withProcesses(site, [{}], async ([other]) => {
      const browser = await loggedIn(site);
      site.mock.expireAccessTokens(ADA);
      site.mock.fault('token', { type: 'latency', ms: 50 });
      const calls = [site, other, site, other].map((process) =>
        browser.at(process as Site).fetch('/auth/balance'),
      );
      expect((await Promise.all(calls)).map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(refreshes(site)).toBe(1);
    });
  },
  'a process that comes after another one’s refresh finds the new token': async (site) => {
    await withProcesses(site, [{}], async ([other]) => {
      const browser = await withExpiredToken(site);
      await browser.fetch('/auth/balance');
      expect((await browser.at(other as Site).fetch('/auth/balance')).status).toBe(200);
      expect(refreshes(site)).toBe(1);
    });
  },
  'a process that dies while it refreshes holds nobody up for longer than fifteen seconds': async (site) => {
    const store = site.options.store as SessionStore;
    await withProcesses(site, [{ options: { store: dying(store), timeout: 200 } }], async ([dead]) => {
      const browser = await withExpiredToken(site);
      site.mock.fault('token', { type: 'hang' }, { times: 1 });
      expect((await browser.at(dead as Site).fetch('/auth/balance')).status).toBe(503);
      site.clock.advance(15.1);
      const start = Date.now();
      expect((await browser.fetch('/auth/balance')).status).toBe(200);
      expect(Date.now() - start).toBeLessThan(2_000);
      expect(refreshes(site)).toBe(2);
    });
  },
  'a logout on one process while another refreshes wins': async (site) => {
    await withProcesses(site, [{}], async ([other]) => {
      const browser = await withExpiredToken(site);
      const cookie = await browser.cookieHeader();
      site.mock.fault('token', { type: 'latency', ms: 300 });
      const slow = site.ask('/auth/balance', { headers: { cookie } });
      await new Promise((resolve) => setTimeout(resolve, 100));
      expect((await browser.at(other as Site).post('/auth/logout')).status).toBe(204);
      expect((await slow).status).toBeLessThan(500);
      for (const process of [site, other as Site]) {
        const session = await process.ask('/auth/session', { headers: { cookie } });
        expect(session.json()).toEqual({ authenticated: false });
      }
    });
  },
  'a revoked grant seen by two processes at once ends the session once, and no one sees a fault': async (
    site,
  ) => {
    await withProcesses(site, [{}], async ([other]) => {
      const browser = await withExpiredToken(site);
      site.mock.revoke(ADA);
      const ended: unknown[] = [];
      for (const process of [site, other as Site])
        process.core.on('sessionEnded', (event) => ended.push(event));
      const calls = [site, other, site, other].map((process) =>
        browser.at(process as Site).fetch('/auth/balance'),
      );
      expect(new Set((await Promise.all(calls)).map(({ status }) => status))).toEqual(new Set([401]));
      expect(ended.length).toBe(1);
    });
  },
};

let clock: (() => number) | undefined;
conformance('several processes', cases, () => {
  // The store keeps time by the clock of the site, which exists only after it.
  const store = memoryStore({ now: () => clock?.() ?? Date.now() });
  const started = (site: Site): void => {
    clock = site.clock.now;
  };
  return { options: { store }, started };
});

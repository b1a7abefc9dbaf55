import { memoryStore, type SessionStore } from '@aihubmix-auth/core';
import { expect } from 'vitest';
import { beginLogin, FETCH, FORM, GRACE, HTML, loggedIn, NAVIGATION } from './browser.js';
import { type Cases, conformance, pause, type Site } from './site.js';

type Mode = 'well' | 'throws' | 'rejects' | 'hangs' | 'slow';
const MODES: readonly Mode[] = ['throws', 'rejects', 'hangs'];
const OPERATIONS = ['get', 'create', 'replace', 'delete', 'deleteAllOf', 'claim', 'lock'] as const;

/** A store that misbehaves on demand, at all operations or at one. */
interface FaultyStore extends SessionStore {
  mode: Mode;
  only: (typeof OPERATIONS)[number] | undefined;
}

function faultyStore(): FaultyStore {
  const inner = memoryStore();
  const state = { mode: 'well' as Mode, only: undefined };
  const wrapped = Object.fromEntries(
    OPERATIONS.map((name) => [
      name,
      (...args: never[]) => {
        const { mode, only } = store;
        const work = inner[name] as (...args: never[]) => unknown;
        if (mode === 'well' || (only !== undefined && only !== name)) return work(...args);
        if (mode === 'throws') throw new Error('canary: redis://user:password@10.0.0.1/srv/app.js');
        if (mode === 'rejects') return Promise.reject('canary');
        if (mode === 'slow') return pause(80).then(() => work(...args));
        return new Promise(() => undefined);
      },
    ]),
  );
  const store = Object.assign(state, wrapped) as unknown as FaultyStore;
  return store;
}

const storeOf = (site: Site) => site.options.store as FaultyStore;

/** Runs with a store that is ill, in each way, and heals it afterwards. */
async function whileIll(
  site: Site,
  work: (mode: Mode) => Promise<void>,
  only?: FaultyStore['only'],
): Promise<void> {
  const store = storeOf(site);
  for (const mode of MODES) {
    Object.assign(store, { mode, only });
    try {
      await work(mode);
    } finally {
      Object.assign(store, { mode: 'well', only: undefined });
    }
  }
}

const cases: Cases = {
  'every route that needs the store is 503 store_unavailable within the deadline, and deletes no cookie':
    async (site) => {
      const browser = await loggedIn(site);
      await whileIll(site, async (mode) => {
        for (const path of ['/auth/session', '/auth/userinfo', '/auth/balance', '/auth/topup', '/private']) {
          const start = Date.now();
          const answer = await browser.fetch(path);
          expect([mode, path, answer.status, answer.code]).toEqual([mode, path, 503, 'store_unavailable']);
          expect(Date.now() - start).toBeLessThan(1_500);
          expect(answer.setCookies).toEqual([]);
          expect(answer.headerText + answer.text).not.toMatch(/canary|redis|password|\.js/);
          expect(answer.headers['cache-control']).toContain('no-store');
        }
      });
      expect((await browser.session()).authenticated).toBe(true);
      expect((await browser.fetch('/private')).status).toBe(200);
    },
  'a browser navigation to a guarded page gets 503 and no redirect, so that there is no login loop': async (
    site,
  ) => {
    const browser = await loggedIn(site);
    await whileIll(site, async (mode) => {
      const answer = await browser.visit('/private');
      expect([mode, answer.status, answer.headers.location]).toEqual([mode, 503, undefined]);
    });
  },
  'a client without a cookie is not troubled by a store that is ill': async (site) => {
    await whileIll(site, async () => {
      expect((await site.ask('/auth/session')).json()).toEqual({ authenticated: false });
      expect((await site.ask('/private', { headers: NAVIGATION })).status).toBe(302);
      expect((await site.ask('/auth/login')).status).toBe(302);
    });
  },
  'a callback is store_unavailable for JSON clients and browsers, and nobody is logged in': async (site) => {
    await whileIll(site, async (mode) => {
      for (const json of [true, false]) {
        const browser = site.browser();
        const back = await beginLogin(browser);
        const answer = json ? await browser.fetch(back) : await browser.visit(back);
        expect([mode, answer.status, answer.code]).toEqual([mode, json ? 503 : 303, 'store_unavailable']);
        expect(answer.setCookies.filter(({ name, value }) => name === site.sessionCookie && value)).toEqual(
          [],
        );
        expect(await browser.sessionId()).toBeUndefined();
      }
    });
    expect(site.mock.count('token')).toBe(0);
  },
  'a store that cannot create a session logs nobody in': async (site) => {
    await whileIll(
      site,
      async (mode) => {
        const browser = site.browser();
        const answer = await browser.fetch(await beginLogin(browser));
        expect([mode, answer.status, answer.code]).toEqual([mode, 503, 'store_unavailable']);
        expect(await browser.session()).toEqual({ authenticated: false });
      },
      'create',
    );
  },
  'a login that fails at the store leaves the session before it alive': async (site) => {
    const browser = await loggedIn(site);
    await whileIll(
      site,
      async () => {
        const answer = await browser.fetch(await beginLogin(browser, { userId: GRACE }));
        expect(answer.code).toBe('store_unavailable');
      },
      'create',
    );
    expect((await browser.session()).user.id).toBe('12345');
  },
  'a logout that the store did not carry out is 503, deletes no cookie, and can be repeated': async (
    site,
  ) => {
    for (const only of [undefined, 'delete'] as const) {
      const browser = await loggedIn(site);
      await whileIll(
        site,
        async (mode) => {
          const answer = await browser.post('/auth/logout');
          expect([mode, answer.status, answer.code]).toEqual([mode, 503, 'store_unavailable']);
          const posted = await browser.post('/auth/logout', { accept: HTML, 'content-type': FORM }, 'a=b');
          expect([mode, posted.status]).toEqual([mode, 503]);
          expect(answer.setCookies.filter(({ name }) => name === site.sessionCookie)).toEqual([]);
        },
        only,
      );
      expect((await browser.session()).authenticated).toBe(true);
      expect((await browser.post('/auth/logout')).status).toBe(204);
      expect(await browser.session()).toEqual({ authenticated: false });
    }
  },
  'a store that fails while tokens are refreshed is store_unavailable, and the session lives': async (
    site,
  ) => {
    for (const only of ['lock', 'replace'] as const) {
      await whileIll(
        site,
        async (mode) => {
          if (mode === 'hangs' && only === 'replace') return;
          const store = storeOf(site);
          const before = store.mode;
          store.mode = 'well';
          const browser = await loggedIn(site);
          store.mode = before;
          site.clock.advance(7300);
          const answer = await browser.fetch('/auth/balance');
          expect([only, mode, answer.status]).toEqual([only, mode, 503]);
          expect((await browser.session()).authenticated).toBe(true);
        },
        only,
      );
    }
    site.mock.clearViolations();
  },
  'a slow store is waited for': async (site) => {
    const browser = await loggedIn(site);
    storeOf(site).mode = 'slow';
    try {
      expect((await browser.session()).authenticated).toBe(true);
      expect((await loggedIn(site)).jar).toBeDefined();
    } finally {
      storeOf(site).mode = 'well';
    }
  },
  'fifty requests at once on a frozen store are all answered in time': async (site) => {
    const browser = await loggedIn(site);
    storeOf(site).mode = 'hangs';
    try {
      const start = Date.now();
      const answers = await Promise.all(Array.from({ length: 50 }, () => browser.fetch('/private', FETCH)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
      expect(Date.now() - start).toBeLessThan(2_000);
    } finally {
      storeOf(site).mode = 'well';
    }
    expect((await browser.fetch('/private')).status).toBe(200);
  },
};

conformance('store faults', cases, () => ({ options: { store: faultyStore(), storeTimeout: 150 } }));

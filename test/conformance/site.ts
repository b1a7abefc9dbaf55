import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMockServer, type MockServer, type MockServerOptions } from '@aihubmix-auth/mock-server';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import {
  type CreateApp,
  type DemoOptions,
  loadTarget,
  TARGETS,
  type Target,
} from '../../packages/demo/src/target.js';
import { Browser } from './browser.js';
import { type Answer, type Ask, ask } from './client.js';

/** How a site differs from the usual one. */
export interface Setup {
  readonly options?: Partial<DemoOptions>;
  readonly mock?: MockServerOptions;
  /** The public origin, when it is not the loopback address that it listens on. */
  readonly origin?: string;
  /** Another process of the same site: same provider, application, secrets, addresses and clock. */
  readonly processOf?: Site;
  /** Called when it listens. */
  readonly started?: (site: Site) => void;
}

/** One target, listening, with a provider of its own. */
export interface Site {
  readonly target: Target;
  readonly port: number;
  /** Its public origin. */
  readonly origin: string;
  readonly mock: MockServer;
  readonly options: DemoOptions;
  readonly core: Awaited<ReturnType<CreateApp>>['core'];
  readonly sessionCookie: string;
  readonly clock: Clock;
  ask(path: string, request?: Ask): Promise<Answer>;
  browser(): Browser;
  close(): Promise<void>;
}

/** A clock of both site and provider, that a test can put forward. */
class Clock {
  #ahead = 0;
  readonly now = (): number => Date.now() + this.#ahead;
  advance(seconds: number): void {
    this.#ahead += seconds * 1000;
  }
}

export const SESSION_SECRET = 'conformance-session-secret-4f1d8c7b6a5e';

/** The targets to run: all of them, or those named in `TARGET`. */
export function targets(): readonly Target[] {
  const named = process.env.TARGET?.split(',');
  return named === undefined ? TARGETS : TARGETS.filter((target) => named.includes(target));
}

/** The demo app of one target. */
export async function createApp(target: Target, options: DemoOptions): ReturnType<CreateApp> {
  return (await loadTarget(target))(options);
}

/** Starts a target on a free port. */
export async function startSite(target: Target, setup: Setup = {}): Promise<Site> {
  const { processOf } = setup;
  let listener: RequestListener = (_request, response) => response.writeHead(500).end('not ready');
  const server = createServer((request, response) => listener(request, response));
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const origin = processOf?.origin ?? setup.origin ?? `http://localhost:${port}`;
  const clock = processOf?.clock ?? new Clock();
  const mock = processOf?.mock ?? createMockServer({ now: clock.now, ...setup.mock });
  const options = processOf
    ? { ...processOf.options, ...setup.options }
    : { ...(await usualOptions(mock, origin, clock)), ...setup.options };
  const app = await createApp(target, options);
  listener = app.listener;
  const site: Site = {
    target,
    port,
    origin,
    mock,
    options,
    core: app.core,
    sessionCookie: origin.startsWith('https:') ? '__Host-aihubmix' : 'aihubmix',
    clock,
    ask: (path, request = {}) =>
      ask(port, path, { ...request, headers: { host: new URL(origin).host, ...request.headers } }),
    browser: () => new Browser(site),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await app.close();
      if (processOf === undefined) await mock.close();
    },
  };
  setup.started?.(site);
  return site;
}

async function usualOptions(mock: MockServer, origin: string, clock: Clock): Promise<DemoOptions> {
  const redirectUri = `${origin}/auth/callback`;
  const { clientId, clientSecret } = mock.addApp({ redirectUris: [redirectUri] });
  const baseUrl = await mock.listen();
  return { clientId, clientSecret, redirectUri, baseUrl, sessionSecret: SESSION_SECRET, now: clock.now };
}

/** One statement about behaviour, and how it is seen. */
export type Cases = Readonly<Record<string, (site: Site) => Promise<void>>>;

/** Holds every target to a table of cases. After each, the provider must have nothing to complain of. */
export function conformance(theme: string, cases: Cases, setup: Setup | (() => Setup) = {}): void {
  describe.each(targets())(`${theme}: %s`, (target) => {
    let site: Site;
    beforeAll(async () => {
      site = await startSite(target, typeof setup === 'function' ? setup() : setup);
    });
    afterEach(() => {
      if (site === undefined) return;
      site.mock.clearFaults();
      site.mock.clearRequests();
      const violations = [...site.mock.violations];
      site.mock.clearViolations();
      expect(violations).toEqual([]);
    });
    afterAll(() => site?.close());
    test.each(Object.entries(cases))('%s', (_statement, run) => run(site));
  });
}

/** Runs `work` on every item, so many at a time. */
export async function inParallel<T>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const rest = items.values();
  const worker = async () => {
    for (const item of rest) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Waits until something is so, at most two seconds. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  for (const start = Date.now(); !(await isSo()); await pause(10)) {
    if (Date.now() - start > 10_000) throw new Error(`never so: ${isSo}`);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

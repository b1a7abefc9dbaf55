import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMockServer, type MockServer, type MockServerOptions } from '@aihubmix-auth/mock-server';
import { type CreateApp, type DemoOptions, TARGETS, type Target } from '../../../packages/demo/src/target.js';
import { pageFor } from './pages.js';

export interface Setup {
  readonly options?: Partial<DemoOptions>;
  readonly mock?: MockServerOptions;
}

/** A demo app and a provider on another site, both listening. */
export interface Site {
  /** `http://localhost:…` */
  readonly origin: string;
  /** `http://127.0.0.1:…`: for a browser another site. */
  readonly provider: MockServer;
  /** What must never reach a browser: tokens, verifiers, secrets; grows while the site is used. */
  readonly secrets: ReadonlySet<string>;
  /** How often each path was asked for. */
  count(path: string): number;
  /** While set, the app's server cuts every connection to these paths. */
  cut: RegExp | undefined;
  advance(seconds: number): void;
  close(): Promise<void>;
}

/** The targets to run: all of them, or those named in `TARGET`. */
export function targets(): readonly Target[] {
  const named = process.env.TARGET?.split(',');
  return named === undefined ? TARGETS : TARGETS.filter((target) => named.includes(target));
}

const SESSION_SECRET = 'browser-test-session-secret-9c1f27aa';

/** Starts the demo app of a target, with the test pages beside it. */
export async function startSite(target: Target, setup: Setup = {}): Promise<Site> {
  let ahead = 0;
  const now = () => Date.now() + ahead;
  const secrets = new Set([SESSION_SECRET]);
  const asked = new Map<string, number>();
  const provider = createMockServer({ now, ...setup.mock });
  const baseUrl = await provider.listen({ host: '127.0.0.1' });
  const { server, origin, serve } = await listen();
  const { clientId, clientSecret } = provider.addApp({ redirectUris: [`${origin}/auth/callback`] });
  secrets.add(clientSecret);
  const app = await createApp(target, {
    clientId,
    clientSecret,
    redirectUri: `${origin}/auth/callback`,
    sessionSecret: SESSION_SECRET,
    baseUrl,
    now,
    fetch: listeningTo(secrets),
    ...setup.options,
  });
  const site: Site = {
    origin,
    provider,
    secrets,
    cut: undefined,
    count: (path) => asked.get(path) ?? 0,
    advance: (seconds) => {
      ahead += seconds * 1000;
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await app.close();
      await provider.close();
    },
  };
  serve((request, response) => {
    const path = new URL(request.url ?? '/', origin).pathname;
    asked.set(path, site.count(path) + 1);
    if (site.cut?.test(path)) request.socket.destroy();
    else if (!answerTestPage(request, response, path)) app.listener(request, response);
  });
  return site;
}

/** By its `.ts` name, because Vite finds a file of variable name by its real one only. */
async function createApp(target: Target, options: DemoOptions): ReturnType<CreateApp> {
  const module: { createApp: CreateApp } = await import(`../../../packages/demo/src/targets/${target}.ts`);
  return module.createApp(options);
}

async function listen(): Promise<{ server: Server; origin: string; serve(listener: RequestListener): void }> {
  let listener: RequestListener = (_request, response) => response.writeHead(500).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    server,
    origin: `http://localhost:${port}`,
    serve: (next) => {
      listener = next;
    },
  };
}

function answerTestPage({ url = '/' }: IncomingMessage, response: ServerResponse, path: string): boolean {
  const page = pageFor(path, new URL(url, 'http://localhost').searchParams);
  if (page === undefined) return false;
  response.writeHead(200, page.headers);
  response.end(page.body);
  return true;
}

/** The app's way to the provider, overheard. */
function listeningTo(secrets: Set<string>): typeof fetch {
  return async (input, init) => {
    const sent = new URLSearchParams(typeof init?.body === 'string' ? init.body : String(init?.body ?? ''));
    for (const name of ['code_verifier', 'client_secret', 'refresh_token']) remember(sent.get(name));
    const response = await fetch(input, init);
    const body: unknown = await response
      .clone()
      .json()
      .catch(() => undefined);
    const { access_token, refresh_token } = (body ?? {}) as Record<string, unknown>;
    remember(access_token);
    remember(refresh_token);
    return response;
  };

  function remember(value: unknown): void {
    if (typeof value === 'string') secrets.add(value);
  }
}

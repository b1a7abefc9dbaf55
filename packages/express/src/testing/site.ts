import { createServer, type RequestListener } from 'node:http';
import type { AihubmixOptions } from '@aihubmix-auth/core';
import { createMockServer, type MockServer } from '@aihubmix-auth/mock-server';

/** Users of the mock provider. */
export const ADA = 12345;
export const GRACE = 67890;

/** An app on a real port, with a provider of its own. */
export interface Site {
  readonly origin: string;
  readonly mock: MockServer;
  readonly options: AihubmixOptions;
  browser(): Browser;
  close(): Promise<void>;
}

/** Serves what `build` makes of options that work, on a free port. */
export async function serve(
  build: (options: AihubmixOptions, mock: MockServer) => RequestListener,
  callbackPath = '/auth/callback',
): Promise<Site> {
  let listener: RequestListener = (_request, response) => response.writeHead(500).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const address = server.address();
  const origin = `http://localhost:${typeof address === 'object' ? address?.port : ''}`;
  const mock = createMockServer();
  const options = { ...clientOf(mock, `${origin}${callbackPath}`), baseUrl: await mock.listen() };
  listener = build(options, mock);
  return {
    origin,
    mock,
    options,
    browser: () => new Browser(origin, mock),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await mock.close();
    },
  };
}

/** Another application of the same provider. */
export function clientOf(mock: MockServer, redirectUri: string) {
  const { clientId, clientSecret } = mock.addApp({ redirectUris: [redirectUri] });
  return { clientId, clientSecret, redirectUri, sessionSecret: 'a-secret-of-at-least-32-characters!' };
}

export interface LoginChoices {
  readonly userId?: number;
  /** The path and query of the login route. */
  readonly at?: string;
  readonly decision?: 'allow' | 'deny';
}

/** A browser with cookies of its own. It follows nothing by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  readonly #mock: MockServer;

  constructor(origin: string, mock: MockServer) {
    this.#origin = origin;
    this.#mock = mock;
  }

  get cookieHeader(): string {
    return [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  /** The user goes to a page. */
  visit(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { headers: { accept: 'text/html', ...headers } });
  }

  /** A script of the site asks for JSON. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return this.send(path, { ...init, headers: { accept: 'application/json', origin: this.#origin } });
  }

  async send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0) headers.set('cookie', this.cookieHeader);
    const response = await fetch(new URL(path, this.#origin), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** Begins a login and lets the user decide at the provider. Answers where that sends the browser. */
  async begin({ userId = ADA, at = '/auth/login', decision = 'allow' }: LoginChoices = {}): Promise<string> {
    const begun = await this.visit(at);
    return this.#mock.authorize(begun.headers.get('location') ?? '', userId, decision);
  }

  /** A whole login. Answers what the callback answered. */
  async login(choices: LoginChoices = {}): Promise<Response> {
    return this.visit(await this.begin(choices));
  }

  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split(/; */);
    const [name = '', value = ''] = pair.split('=', 2);
    if (attributes.includes('Max-Age=0')) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMockServer, type MockServer } from '@aihubmix-auth/mock-server';
import { expect, onTestFinished } from 'vitest';
import { Browser } from './browser.js';

/** Options of an application that is registered with a provider. */
export interface SiteOptions {
  readonly clientId: string;
  readonly clientSecret: string;
  readonly redirectUri: string;
  readonly basePath: string;
  readonly sessionSecret: string;
}

/** Registers another application of the same site. */
export type Register = (basePath: string) => ListeningOptions;

type ListeningOptions = SiteOptions & { readonly baseUrl: string };

/** An app on a real port, with a provider of its own. */
export interface Site {
  readonly origin: string;
  readonly mock: MockServer;
  readonly options: ListeningOptions;
  readonly browser: Browser;
  /** A browser with no cookies yet. */
  anotherBrowser(): Browser;
}

/** Registers an application with a provider. */
export function optionsFor(mock: MockServer, origin: string, basePath = '/auth'): SiteOptions {
  const redirectUri = `${origin}${basePath}/callback`;
  const { clientId, clientSecret } = mock.addApp({ redirectUris: [redirectUri] });
  return {
    clientId,
    clientSecret,
    redirectUri,
    basePath,
    sessionSecret: 'of a test, and at least 32 characters',
  };
}

/**
 * Serves what `build` makes of options that work, on a free port until the test is over. Then the provider must have
 * nothing to complain of.
 */
export async function serve(
  build: (options: ListeningOptions, register: Register) => RequestListener | Promise<RequestListener>,
  basePath = '/auth',
): Promise<Site> {
  let listener: RequestListener = (_request, response) => response.writeHead(500).end();
  const server = createServer((request, response) => listener(request, response));
  await new Promise<void>((resolve) => server.listen(0, resolve));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const mock = createMockServer();
  const baseUrl = await mock.listen();
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await mock.close();
    expect(mock.violations).toEqual([]);
  });
  const register: Register = (path) => ({ ...optionsFor(mock, origin, path), baseUrl });
  const options = register(basePath);
  listener = await build(options, register);
  const anotherBrowser = () => new Browser(origin, mock);
  return { origin, mock, options, browser: anotherBrowser(), anotherBrowser };
}

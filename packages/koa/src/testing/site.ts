import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createMockServer, type MockServer } from '@aihubmix-auth/mock-server';
import { onTestFinished } from 'vitest';
import type { KoaOptions } from '../index.js';
import { createVisitor, type Visitor } from './visitor.js';

export interface Site {
  readonly url: string;
  readonly provider: MockServer;
  readonly visitor: Visitor;
}

/** Makes the options of an application that is registered with the mock provider. */
export type Register = (basePath?: string) => KoaOptions;

/** Serves a Koa app on a real port, beside a provider, until the test is over. */
export async function serve(build: (register: Register) => { callback(): RequestListener }): Promise<Site> {
  const provider = createMockServer();
  const baseUrl = await provider.listen();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    server.closeAllConnections();
    server.close();
    await provider.close();
  });

  const app = build((basePath = '/auth') => {
    const redirectUri = `${url}${basePath}/callback`;
    const { clientId, clientSecret } = provider.addApp({ redirectUris: [redirectUri] });
    const sessionSecret = 'an example secret of thirty-two characters';
    return { clientId, clientSecret, redirectUri, sessionSecret, baseUrl, basePath };
  });
  server.on('request', app.callback());
  return { url, provider, visitor: createVisitor(url, provider) };
}

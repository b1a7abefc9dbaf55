import { randomBytes } from 'node:crypto';
import type { AihubmixOptions } from '@aihubmix-auth/core';
import { createMockServer } from '@aihubmix-auth/mock-server';

/** A mock provider that runs along with the demo app, and the options that log in with it. */
export interface EmbeddedProvider {
  readonly url: string;
  readonly options: AihubmixOptions;
  close(): Promise<void>;
}

/** Starts a mock provider on a free port and registers the app that is reached at `appUrl`. */
export async function embedProvider(appUrl: string): Promise<EmbeddedProvider> {
  const mock = createMockServer();
  const redirectUri = `${appUrl}/auth/callback`;
  const { clientId, clientSecret } = mock.addApp({
    name: 'AIHubMix login demo',
    redirectUris: [redirectUri],
  });
  const url = await mock.listen();
  const sessionSecret = randomBytes(32).toString('base64url');
  return {
    url,
    options: { clientId, clientSecret, redirectUri, sessionSecret, baseUrl: url },
    close: () => mock.close(),
  };
}

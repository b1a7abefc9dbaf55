import { isHttpsOrLoopback } from '../http/origin.js';
import type { MockApp } from '../options.js';
import { newClientId, newClientSecret } from './random.js';

/** The registered applications. */
export class Apps {
  readonly #apps = new Map<string, MockApp>();

  constructor(apps: readonly MockApp[]) {
    for (const app of apps) this.add(app);
  }

  get size(): number {
    return this.#apps.size;
  }

  /**
   * Registers an application, generating what is missing.
   * @throws TypeError for a redirect URI that {@link checkRedirectUri} refuses.
   */
  add(app: Partial<MockApp> & { redirectUris: readonly string[] }): MockApp {
    for (const uri of app.redirectUris) checkRedirectUri(uri);
    const whole: MockApp = {
      clientId: app.clientId ?? newClientId(),
      clientSecret: app.clientSecret ?? newClientSecret(),
      name: app.name ?? 'Test app',
      redirectUris: [...app.redirectUris],
    };
    this.#apps.set(whole.clientId, whole);
    return { ...whole, redirectUris: [...whole.redirectUris] };
  }

  get(clientId: string): Readonly<MockApp> | undefined {
    return this.#apps.get(clientId);
  }
}

/** Refuses what may not be registered: a URI that is relative, has a fragment (RFC 6749 §3.1.2), or plain HTTP off loopback. */
function checkRedirectUri(uri: string): void {
  const url = URL.canParse(uri) ? new URL(uri) : undefined;
  if (url && isHttpsOrLoopback(url) && !uri.includes('#')) return;
  throw new TypeError(
    `redirect URI must be HTTPS or loopback HTTP, without a fragment: ${JSON.stringify(uri)}`,
  );
}

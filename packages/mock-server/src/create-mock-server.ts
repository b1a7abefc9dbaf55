import { createHandler } from './app.js';
import { authorizeWithoutBrowser, issueWithoutLogin } from './endpoints/without-browser.js';
import type { Fault } from './faults/fault.js';
import { inProcessFetch } from './http/in-process.js';
import { type Listener, openListener } from './http/listen.js';
import type { Handle } from './http/transport.js';
import type { Endpoint, RecordedRequest } from './journal/recorded-request.js';
import type { Decision, IssueTokensArgs, ListenOptions, MockServer, MockTokens } from './mock-server.js';
import type { MockApp, MockServerOptions, MockUser } from './options.js';
import { createClosing, createProvider, type Provider, revokeGrants } from './provider.js';

/**
 * Creates a provider to develop and test against. Nothing listens until {@link MockServer.listen}.
 * @throws RangeError or TypeError for options that cannot be
 */
export function createMockServer(options: MockServerOptions = {}): MockServer {
  return new InMemoryMockServer(createProvider(options));
}

type UserId = number | string;

class InMemoryMockServer implements MockServer {
  readonly fetch: MockServer['fetch'];
  readonly #provider: Provider;
  readonly #handle: Handle;
  #listener: Promise<Listener> | undefined;

  constructor(provider: Provider) {
    this.#provider = provider;
    this.#handle = createHandler(provider, this);
    this.fetch = inProcessFetch(this.#handle);
  }

  async listen(options: ListenOptions = {}): Promise<string> {
    if (this.#listener) throw new Error('the mock server is listening already');
    this.#listener = openListener(this.#handle, options);
    try {
      const { url } = await this.#listener;
      this.#provider.listeningOn = url;
      return url;
    } catch (error) {
      this.#listener = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    const listener = this.#listener;
    this.#listener = undefined;
    this.#provider.listeningOn = undefined;
    await (await listener)?.close();
    this.#provider.closing.abort(new TypeError('terminated'));
    this.#provider.closing = createClosing();
  }

  get url(): string | undefined {
    return this.#provider.listeningOn;
  }

  addApp(app: Partial<MockApp> & { redirectUris: string[] }): MockApp {
    return this.#provider.apps.add(app);
  }

  addUser(user: MockUser): void {
    this.#provider.users.add(user);
  }

  user(id: UserId): MockUser {
    return this.#provider.users.get(id);
  }

  setBalance(userId: UserId, amount: string): void {
    this.#provider.users.update(userId, { balance: amount });
  }

  setUser(userId: UserId, patch: Partial<Omit<MockUser, 'id'>>): void {
    this.#provider.users.update(userId, patch);
  }

  async authorize(authorizeUrl: string, userId: UserId, decision: Decision = 'allow'): Promise<string> {
    return authorizeWithoutBrowser(this.#provider, authorizeUrl, String(userId), decision);
  }

  issueTokens(args: IssueTokensArgs): MockTokens {
    return issueWithoutLogin(this.#provider, args);
  }

  revoke(userId: UserId, clientId?: string): void {
    revokeGrants(this.#provider, String(userId), clientId);
  }

  expireAccessTokens(userId?: UserId): void {
    this.#provider.tokens.expireAccess(userId === undefined ? undefined : String(userId));
  }

  fault(endpoint: Endpoint, fault: Fault, options: { times?: number } = {}): () => void {
    return this.#provider.faults.add(endpoint, fault, options.times);
  }

  clearFaults(): void {
    this.#provider.faults.clear();
  }

  get requests(): readonly RecordedRequest[] {
    return this.#provider.journal.requests;
  }

  clearRequests(): void {
    this.#provider.journal.clearRequests();
  }

  count(endpoint: Endpoint, grantType?: string): number {
    return this.#provider.journal.count(endpoint, grantType);
  }

  get violations(): readonly string[] {
    return this.#provider.journal.violations;
  }

  clearViolations(): void {
    this.#provider.journal.clearViolations();
  }
}

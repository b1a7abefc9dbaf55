import type { Fault } from './faults/fault.js';
import type { Endpoint, RecordedRequest } from './journal/recorded-request.js';
import type { MockApp, MockUser } from './options.js';

/** What the user answers on the consent page. */
export type Decision = 'allow' | 'deny';

/** Arguments of {@link MockServer.issueTokens}. */
export interface IssueTokensArgs {
  clientId: string;
  userId: number | string;
  /** Space separated. Default `profile balance`. */
  scope?: string;
  /** Seconds the access token lives. Default: the option `accessTokenLifetime`. */
  expiresIn?: number;
}

/** Tokens issued without a login. */
export interface MockTokens {
  accessToken: string;
  refreshToken: string;
  /** Seconds the access token lives. */
  expiresIn: number;
  /** Space separated. */
  scope: string;
}

/** Where {@link MockServer.listen} listens. */
export interface ListenOptions {
  /** 0 or absent: a free port. */
  port?: number;
  /** Absent: loopback only, IPv4 and IPv6, reached as `localhost`. */
  host?: string;
}

/** A running AIHubMix OAuth2 provider. */
export interface MockServer {
  /**
   * Answers a request in process, with no port. A redirect is handed back and not followed;
   * with `redirect: 'error'` it rejects as `fetch` does.
   */
  fetch(request: Request | string | URL, init?: RequestInit): Promise<Response>;
  /** Opens a port and answers the base URL, such as `http://localhost:41234`. */
  listen(options?: ListenOptions): Promise<string>;
  /** Closes the port, and ends every answer that a fault holds back. */
  close(): Promise<void>;
  /** The base URL while the server listens. */
  readonly url: string | undefined;
  /** Registers an application; missing fields are generated. */
  addApp(app: Partial<MockApp> & { redirectUris: string[] }): MockApp;
  /** Adds a user, or replaces the one with the same id. */
  addUser(user: MockUser): void;
  /** A copy of a user as it is now. Throws for an unknown id. */
  user(id: number | string): MockUser;
  /** Sets a user's balance to a decimal string in US dollars. */
  setBalance(userId: number | string, amount: string): void;
  /** Changes fields of a user. */
  setUser(userId: number | string, patch: Partial<Omit<MockUser, 'id'>>): void;
  /**
   * One-click login without a browser. Checks the authorize URL as the endpoint would, and answers the redirect:
   * the redirect URI with `code` and `state`, or with `error`. Rejects where the endpoint shows an error page.
   */
  authorize(authorizeUrl: string, userId: number | string, decision?: Decision): Promise<string>;
  /** Issues tokens of a new grant, with no login. */
  issueTokens(args: IssueTokensArgs): MockTokens;
  /** What the user does under Authorization Management: all codes and tokens of the grants die. */
  revoke(userId: number | string, clientId?: string): void;
  /** Every access token issued so far, or that user's, is answered 401 from now on. */
  expireAccessTokens(userId?: number | string): void;
  /**
   * Makes an endpoint misbehave. Each request is hit by one fault: the oldest that has hits left.
   * Answers a function that takes the fault away.
   */
  fault(endpoint: Endpoint, fault: Fault, options?: { times?: number }): () => void;
  /** Takes all faults away. */
  clearFaults(): void;
  /** Every request to an API endpoint, and every call of {@link authorize}, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Forgets the recorded requests. */
  clearRequests(): void;
  /** How many recorded requests went to an endpoint, of one `grant_type` if given. */
  count(endpoint: Endpoint, grantType?: string): number;
  /** Misuse of the protocol that was seen, oldest first. The README lists the sentences. */
  readonly violations: readonly string[];
  /** Forgets the violations. */
  clearViolations(): void;
}

import { createHash } from 'node:crypto';
import { createMockServer, type MockApp, type MockServer, type MockServerOptions } from '../index.js';

/** The redirect URI of the application under test. */
export const REDIRECT_URI = 'https://app.example/auth/callback?from=mock';

/** A PKCE pair. */
export const VERIFIER = 'v'.repeat(43);
const CHALLENGE = createHash('sha256').update(VERIFIER).digest('base64url');

/** The two ways to reach the server. */
export const TRANSPORTS = ['in process', 'on a port'] as const;

/** A server with one application, and the calls that the application makes. */
export interface Harness {
  readonly server: MockServer;
  readonly app: MockApp;
  readonly base: string;
  readonly fetch: typeof globalThis.fetch;
  authorizeUrl(changes?: Record<string, string | undefined>): string;
  /** Logs in and answers the code. */
  code(changes?: Record<string, string | undefined>): Promise<string>;
  token(changes: Record<string, string | undefined>, init?: RequestInit): Promise<Response>;
  exchange(code: string, changes?: Record<string, string | undefined>): Promise<Response>;
  refresh(refreshToken: string, changes?: Record<string, string | undefined>): Promise<Response>;
  /** Logs in and answers the tokens. */
  login(changes?: Record<string, string | undefined>): Promise<TokenAnswer>;
  userinfo(accessToken: string): Promise<Response>;
}

export interface TokenAnswer {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly expires_in: number;
  readonly token_type: string;
  readonly scope: string;
}

/** Starts a server; on a port its own `fetch` is the real one. */
export async function startHarness(
  transport: (typeof TRANSPORTS)[number] = 'in process',
  options: MockServerOptions = {},
): Promise<Harness> {
  const server = createMockServer(options);
  const app = server.addApp({ redirectUris: [REDIRECT_URI] });
  const base = transport === 'on a port' ? await server.listen() : 'https://api.aihubmix.com';
  const fetch = transport === 'on a port' ? globalThis.fetch : server.fetch;
  return { server, app, base, fetch, ...calls(server, app, base, fetch) };
}

type Calls = Omit<Harness, 'server' | 'app' | 'base' | 'fetch'>;

function calls(server: MockServer, app: MockApp, base: string, fetch: typeof globalThis.fetch): Calls {
  const client = { client_id: app.clientId, client_secret: app.clientSecret };
  const harness: Calls = {
    authorizeUrl: (changes) =>
      `${base}/api/oauth2/authorize?${parameters({
        client_id: app.clientId,
        redirect_uri: REDIRECT_URI,
        response_type: 'code',
        scope: 'profile balance',
        state: 'state-1',
        code_challenge: CHALLENGE,
        code_challenge_method: 'S256',
        ...changes,
      })}`,
    code: async (changes) => {
      const location = await server.authorize(harness.authorizeUrl(changes), 12345);
      return new URL(location).searchParams.get('code') ?? '';
    },
    token: (changes, init) =>
      fetch(`${base}/api/oauth2/token`, {
        method: 'POST',
        body: parameters({ ...client, ...changes }),
        ...init,
      }),
    exchange: (code, changes) =>
      harness.token({
        grant_type: 'authorization_code',
        code,
        redirect_uri: REDIRECT_URI,
        code_verifier: VERIFIER,
        ...changes,
      }),
    refresh: (refreshToken, changes) =>
      harness.token({ grant_type: 'refresh_token', refresh_token: refreshToken, ...changes }),
    login: async (changes) => {
      const response = await harness.exchange(await harness.code(changes));
      return (await response.json()) as TokenAnswer;
    },
    userinfo: (accessToken) =>
      fetch(`${base}/api/oauth2/userinfo`, { headers: { authorization: `Bearer ${accessToken}` } }),
  };
  return harness;
}

/** Form or query parameters, without the undefined ones. */
export function parameters(values: Record<string, string | undefined>): URLSearchParams {
  return new URLSearchParams(
    Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
}

/** Status and OAuth error code of an answer. */
export async function errorOf(response: Response): Promise<[number, unknown]> {
  const body = (await response.json()) as { error?: unknown };
  return [response.status, body.error];
}

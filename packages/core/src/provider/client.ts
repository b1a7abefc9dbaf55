import * as oauth from 'oauth4webapi';
import { AihubmixError } from '../errors.js';
import type { Secret } from '../secret.js';
import type { Answer } from './exchange.js';
import { parseUserInfo, type UserInfo } from './profile.js';
import { parseTokens, type Tokens } from './tokens.js';
import { parseTopUpUrl } from './topup.js';
import type { Transport } from './transport.js';

const AUTHORIZE = '/api/oauth2/authorize';
const TOKEN = '/api/oauth2/token';
const USER_INFO = '/api/oauth2/userinfo';
const TOP_UP = '/api/oauth2/topup';

/** Thrown inside the library when the provider does not accept an access token (HTTP 401). */
export class TokenRejected extends Error {
  override readonly name = 'TokenRejected';
}

/** Thrown inside the library when the provider says `invalid_grant`: the code or refresh token is dead. */
export class GrantRejected extends Error {
  override readonly name = 'GrantRejected';
}

export interface ClientSettings {
  readonly clientId: string;
  readonly clientSecret: Secret;
  /** As registered, character for character. */
  readonly redirectUri: string;
  /** Scopes to ask for, separated by spaces. */
  readonly scope: string;
  /** One-click login: no consent page once the user is signed in. */
  readonly autoAuthorize: boolean;
  /** Checked against `iss` at the callback when set (RFC 9207). */
  readonly issuer: string | undefined;
  /** Host names that a top-up page may be on; `undefined` allows every host. */
  readonly topUpHosts: readonly string[] | undefined;
}

export interface AuthorizationRequest {
  readonly state: string;
  /** The PKCE verifier whose S256 challenge is sent (RFC 7636), or `undefined` for none. */
  readonly verifier: string | undefined;
  /** Further parameters; they cannot replace ours. */
  readonly extra?: Readonly<Record<string, string>>;
}

export interface CodeExchange extends AuthorizationRequest {
  /** The query of the callback. */
  readonly callback: URLSearchParams;
  readonly signal: AbortSignal;
}

/** A user info answer with the JSON that it was made from, for `_json` of a Passport profile. */
export interface UserInfoAnswer extends UserInfo {
  readonly raw: string;
}

/**
 * The provider's API. Every call throws `AihubmixError` with `provider_unavailable` or `provider_error`; those that carry
 * a token or grant throw `TokenRejected` or `GrantRejected` when it was refused.
 */
export interface ProviderClient {
  /** Where to send the browser (RFC 6749 §4.1.1). */
  authorizationUrl(request: AuthorizationRequest): Promise<string>;
  /** The authorization code grant (RFC 6749 §4.1.3). A code that is refused is `provider_error`. */
  exchangeCode(exchange: CodeExchange): Promise<Tokens>;
  /** The refresh token grant (RFC 6749 §6). */
  refresh(
    refreshToken: Secret,
    signal: AbortSignal,
    extra?: Readonly<Record<string, string>>,
  ): Promise<Tokens>;
  /** `GET /api/oauth2/userinfo`. */
  userInfo(token: Secret, scope: string, signal: AbortSignal): Promise<UserInfoAnswer>;
  /** `GET /api/oauth2/topup`: the page to send the user to. */
  topUpUrl(token: Secret, signal: AbortSignal): Promise<string>;
  /** The host that requests go to at the moment, as an origin. */
  host(): string;
}

export function createProviderClient(settings: ClientSettings, transport: Transport): ProviderClient {
  const client: oauth.Client = { client_id: settings.clientId };
  const clientAuthentication = oauth.ClientSecretPost(settings.clientSecret.reveal());

  function server(): oauth.AuthorizationServer {
    const host = transport.host();
    return {
      issuer: settings.issuer ?? host,
      authorization_response_iss_parameter_supported: settings.issuer !== undefined,
      token_endpoint: host + TOKEN,
    };
  }

  /** Lets `oauth4webapi` speak through our transport, and hands it only what `parseTokens` let through. */
  async function tokenRequest(
    signal: AbortSignal,
    secrets: readonly string[],
    request: (options: oauth.TokenEndpointRequestOptions) => Promise<Response>,
    process: (response: Response) => Promise<unknown>,
  ): Promise<Tokens> {
    let tokens: Tokens | undefined;
    const response = await request({
      [oauth.allowInsecureRequests]: transport.host().startsWith('http:'),
      [oauth.customFetch]: async (_url, init) => {
        const answer = await transport.send(
          { method: 'POST', path: TOKEN, headers: init.headers, body: String(init.body), signal },
          [settings.clientSecret.reveal(), ...secrets],
        );
        if (answer.status >= 400) return jsonResponse(answer.status, oauthError(answer));
        if (answer.status !== 200) throw unexpectedStatus('token', answer.status);
        tokens = parseTokens(parseJson(answer));
        return jsonResponse(200, { access_token: tokens.access.reveal(), token_type: 'bearer' });
      },
    });
    try {
      await process(response);
    } catch (error) {
      throw tokenEndpointError(error);
    }
    if (tokens === undefined) throw unexpectedStatus('token', response.status);
    return tokens;
  }

  async function withToken(path: string, token: Secret, signal: AbortSignal): Promise<Answer> {
    const headers = { accept: 'application/json', authorization: `Bearer ${token.reveal()}` };
    const answer = await transport.send({ method: 'GET', path, headers, signal }, [token.reveal()]);
    if (answer.status === 401) throw new TokenRejected();
    if (answer.status === 403 && oauthError(answer).error === 'insufficient_scope') {
      throw new AihubmixError(
        'insufficient_scope',
        'AIHubMix says that the grant of this user does not cover the request.',
      );
    }
    if (answer.status !== 200) throw unexpectedStatus(path.slice(path.lastIndexOf('/') + 1), answer.status);
    return answer;
  }

  return {
    host: transport.host,
    async authorizationUrl({ state, verifier, extra }) {
      const url = new URL(transport.host() + AUTHORIZE);
      for (const [name, value] of Object.entries(extra ?? {})) url.searchParams.set(name, value);
      url.searchParams.set('client_id', settings.clientId);
      url.searchParams.set('redirect_uri', settings.redirectUri);
      url.searchParams.set('response_type', 'code');
      if (settings.scope !== '') url.searchParams.set('scope', settings.scope);
      url.searchParams.set('state', state);
      if (settings.autoAuthorize) url.searchParams.set('auto_authorize', 'true');
      if (verifier !== undefined) {
        url.searchParams.set('code_challenge', await oauth.calculatePKCECodeChallenge(verifier));
        url.searchParams.set('code_challenge_method', 'S256');
      }
      return url.href;
    },
    async exchangeCode({ callback, state, verifier, signal, extra }) {
      const parameters = validateCallback(server(), client, callback, state);
      const secrets = [callback.get('code') ?? '', verifier ?? ''];
      try {
        return await tokenRequest(
          signal,
          secrets,
          (options) =>
            oauth.authorizationCodeGrantRequest(
              server(),
              client,
              clientAuthentication,
              parameters,
              settings.redirectUri,
              verifier ?? oauth.nopkce,
              { ...options, additionalParameters: { ...extra } },
            ),
          (response) => oauth.processAuthorizationCodeResponse(server(), client, response),
        );
      } catch (error) {
        if (error instanceof GrantRejected) throw codeRefused();
        throw error;
      }
    },
    refresh: (refreshToken, signal, extra) =>
      tokenRequest(
        signal,
        [refreshToken.reveal()],
        (options) =>
          oauth.refreshTokenGrantRequest(server(), client, clientAuthentication, refreshToken.reveal(), {
            ...options,
            additionalParameters: { ...extra },
          }),
        (response) => oauth.processRefreshTokenResponse(server(), client, response),
      ),
    async userInfo(token, scope, signal) {
      const answer = await withToken(USER_INFO, token, signal);
      return { ...parseUserInfo(parseJson(answer), scope), raw: answer.body };
    },
    async topUpUrl(token, signal) {
      return parseTopUpUrl(parseJson(await withToken(TOP_UP, token, signal)), settings.topUpHosts);
    },
  };
}

function validateCallback(
  server: oauth.AuthorizationServer,
  client: oauth.Client,
  callback: URLSearchParams,
  state: string,
): URLSearchParams {
  // Only what this flow knows: a foreign parameter such as `response` or `token` would change its meaning.
  const known = new URLSearchParams();
  for (const name of [
    'code',
    'state',
    'error',
    ...(server.authorization_response_iss_parameter_supported ? ['iss'] : []),
  ]) {
    for (const value of callback.getAll(name)) known.append(name, value);
  }
  try {
    return oauth.validateAuthResponse(server, client, known, state);
  } catch {
    throw new AihubmixError(
      'provider_error',
      'The callback does not come from the configured issuer (RFC 9207). Check the option "issuer".',
    );
  }
}

function jsonResponse(status: number, body: unknown): Response {
  return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
}

/** The `error` of an OAuth error answer (RFC 6749 §5.2), when there is one; its description is never passed on. */
function oauthError(answer: Answer): { error?: string } {
  try {
    const json: unknown = JSON.parse(answer.body);
    if (typeof json === 'object' && json !== null && 'error' in json && typeof json.error === 'string') {
      return { error: json.error };
    }
  } catch {
    // Not JSON: a page of some proxy. The status says enough.
  }
  return {};
}

function parseJson(answer: Answer): unknown {
  try {
    return JSON.parse(answer.body);
  } catch {
    throw new AihubmixError(
      'provider_error',
      'AIHubMix answered with something that is not JSON. Check "baseUrl".',
    );
  }
}

function tokenEndpointError(error: unknown): Error {
  const code = error instanceof oauth.ResponseBodyError ? error.error : undefined;
  if (code === 'invalid_grant') return new GrantRejected();
  if (code === 'invalid_client' || code === 'unauthorized_client') {
    return new AihubmixError(
      'provider_error',
      `AIHubMix refuses this application (${code}). Check clientId and clientSecret.`,
    );
  }
  if (code === 'invalid_scope' || code === 'invalid_request' || code === 'unsupported_grant_type') {
    return new AihubmixError('provider_error', `AIHubMix refused the token request (${code}).`);
  }
  const status = error instanceof oauth.ResponseBodyError ? error.status : undefined;
  return unexpectedStatus('token', status ?? (hasStatus(error) ? error.cause.status : undefined));
}

function hasStatus(error: unknown): error is { cause: Response } {
  return error instanceof Error && error.cause instanceof Response;
}

function unexpectedStatus(endpoint: string, status: number | undefined): AihubmixError {
  const detail = status === undefined ? 'with an answer that makes no sense' : `with HTTP ${status}`;
  return new AihubmixError('provider_error', `AIHubMix refused the ${endpoint} request ${detail}.`);
}

function codeRefused(): AihubmixError {
  return new AihubmixError(
    'provider_error',
    'AIHubMix refused the authorization code (invalid_grant): it was used before, is too old, or belongs to another client or redirect URI.',
  );
}

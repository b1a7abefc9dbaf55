import * as v from 'valibot';
import { AihubmixError, ConfigurationError } from '../errors.js';
import { Secret } from '../secret.js';
import { isHttpsOrLoopback, parseAbsoluteUrl } from '../urls.js';
import { fetchExchange, undiciExchange } from './exchange.js';
import { createTransport } from './transport.js';

export interface RegistrationRequest {
  /** A developer's own token for AIHubMix. */
  readonly developerToken: string;
  readonly name: string;
  readonly description?: string;
  /** Where the browser comes back to: absolute, HTTPS off loopback. */
  readonly redirectUri: string;
  /** Default `https://api.aihubmix.com`. */
  readonly baseUrl?: string;
  /** Milliseconds, default 10,000. */
  readonly timeout?: number;
  readonly fetch?: typeof globalThis.fetch;
}

export interface RegisteredApplication {
  readonly id: string;
  readonly name: string;
  readonly clientId: string;
  /** Shown once by the provider; keep it in the environment of the server. */
  readonly clientSecret: Secret;
  readonly redirectUri: string;
}

const identifier = v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/));

const RegistrationAnswer = v.object({
  success: v.literal(true),
  data: v.object({
    id: v.union([
      v.pipe(v.number(), v.safeInteger(), v.transform(String)),
      v.pipe(v.string(), v.regex(/^\d{1,40}$/)),
    ]),
    name: v.string(),
    client_id: identifier,
    client_secret: identifier,
    redirect_uri: v.string(),
  }),
});

/**
 * Registers an application with AIHubMix: `POST /api/oauth_apps`.
 *
 * @throws ConfigurationError when the redirect URI or base URL cannot work.
 * @throws AihubmixError `provider_unavailable` or `provider_error`, as for every call to the provider.
 */
export async function registerApplication(request: RegistrationRequest): Promise<RegisteredApplication> {
  const host = parseAbsoluteUrl(request.baseUrl ?? 'https://api.aihubmix.com');
  const redirect = parseAbsoluteUrl(request.redirectUri);
  const mistakes = [
    ...(host && isHttpsOrLoopback(host) ? [] : ['baseUrl must be an absolute https:// URL.']),
    ...(redirect && isHttpsOrLoopback(redirect) ? [] : ['redirectUri must be an absolute https:// URL.']),
    ...(/^[\x21-\x7e]+$/.test(request.developerToken)
      ? []
      : ['developerToken must be a token without spaces.']),
  ];
  if (host === undefined || mistakes.length > 0) throw new ConfigurationError(mistakes);

  const pool = request.fetch === undefined ? undiciExchange() : undefined;
  const exchange = pool?.exchange ?? fetchExchange(request.fetch ?? globalThis.fetch);
  try {
    const answer = await createTransport([host.origin], exchange, Date.now).send(
      {
        method: 'POST',
        path: '/api/oauth_apps',
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          authorization: `Bearer ${request.developerToken}`,
        },
        body: JSON.stringify({
          name: request.name,
          description: request.description ?? '',
          redirect_uri: request.redirectUri,
        }),
        signal: AbortSignal.timeout(request.timeout ?? 10_000),
      },
      [request.developerToken],
    );
    return parseRegistration(answer.status, answer.body);
  } finally {
    await pool?.close();
  }
}

function parseRegistration(status: number, body: string): RegisteredApplication {
  if (status === 401 || status === 403) {
    throw new AihubmixError(
      'provider_error',
      `AIHubMix does not accept the developer token (HTTP ${status}).`,
    );
  }
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), RegistrationAnswer), body);
  if (status >= 400 || !parsed.success) {
    throw new AihubmixError('provider_error', `AIHubMix did not register the application (HTTP ${status}).`);
  }
  const { data } = parsed.output;
  return {
    id: data.id,
    name: data.name,
    clientId: data.client_id,
    clientSecret: new Secret(data.client_secret),
    redirectUri: data.redirect_uri,
  };
}

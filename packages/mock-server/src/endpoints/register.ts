import type { ApiCall } from '../http/api-call.js';
import type { MockApp } from '../options.js';
import type { Provider } from '../provider.js';
import { NO_STORE } from '../refusal.js';
import { equalText } from '../state/equal-text.js';
import { bearerToken } from './bearer.js';

/** `POST /api/oauth_apps`: registers an application for the holder of the developer token. */
export function register(provider: Provider, call: ApiCall): Response {
  if (!equalText(bearerToken(call) ?? '', provider.settings.developerToken)) {
    return failure(401, 'the developer token is missing or wrong');
  }
  if (call.mediaType !== 'application/json') return failure(400, 'the body must be application/json');
  const wish = readWish(call.json());
  if (typeof wish === 'string') return failure(400, wish);
  try {
    const app = provider.apps.add({ name: wish.name, redirectUris: [wish.redirectUri] });
    return success(app, wish.redirectUri, provider);
  } catch (error) {
    return failure(400, error instanceof TypeError ? error.message : 'the application cannot be registered');
  }
}

interface Wish {
  readonly name: string;
  readonly redirectUri: string;
}

function readWish(body: unknown): Wish | string {
  if (typeof body !== 'object' || body === null) return 'the body is no JSON object';
  const { name, description, redirect_uri: redirectUri } = body as Record<string, unknown>;
  if (typeof name !== 'string' || name.trim() === '') return 'name is missing';
  if (description !== undefined && typeof description !== 'string') return 'description must be a text';
  if (typeof redirectUri !== 'string') return 'redirect_uri is missing';
  return { name, redirectUri };
}

function success(app: MockApp, redirectUri: string, { apps, settings }: Provider): Response {
  const data = {
    id: apps.size,
    name: app.name,
    client_id: app.clientId,
    client_secret: app.clientSecret,
    redirect_uri: redirectUri,
    created_time: Math.floor(settings.now() / 1000),
  };
  const body = { success: true, message: 'Application created successfully', data };
  return Response.json(body, { headers: NO_STORE });
}

function failure(status: number, message: string): Response {
  return Response.json({ success: false, message }, { status, headers: NO_STORE });
}

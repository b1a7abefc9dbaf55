import type { Context, Hono } from 'hono';
import { applyFault } from '../faults/apply-fault.js';
import { type ApiCall, readApiCall } from '../http/api-call.js';
import type { Transport } from '../http/transport.js';
import type { Endpoint } from '../journal/recorded-request.js';
import { violation } from '../journal/violations.js';
import type { Provider } from '../provider.js';
import { Refusal } from '../refusal.js';
import { AUTHORIZE_PATH, authorize } from './authorize.js';
import { register } from './register.js';
import { token } from './token.js';
import { topup } from './topup.js';
import { userinfo } from './userinfo.js';

interface Route {
  readonly endpoint: Endpoint;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly handle: (provider: Provider, call: ApiCall, c: Context) => Response | Promise<Response>;
}

const ROUTES: readonly Route[] = [
  { endpoint: 'authorize', method: 'GET', path: AUTHORIZE_PATH, handle: authorize },
  { endpoint: 'token', method: 'POST', path: '/api/oauth2/token', handle: token },
  { endpoint: 'userinfo', method: 'GET', path: '/api/oauth2/userinfo', handle: userinfo },
  { endpoint: 'topup', method: 'GET', path: '/api/oauth2/topup', handle: topup },
  { endpoint: 'register', method: 'POST', path: '/api/oauth_apps', handle: register },
];

/** Adds the provider's API: each request is recorded, hit by a fault if one is planned, and answered. */
export function addEndpoints(app: Hono, provider: Provider): void {
  for (const route of ROUTES) app.all(route.path, (c) => serve(provider, route, c));
}

async function serve(provider: Provider, route: Route, c: Context): Promise<Response> {
  const call = await readApiCall(c, provider.settings.now());
  const fault = provider.faults.take(route.endpoint);
  const settle = provider.journal.open(route.endpoint, call, fault);
  const work = () => answer(provider, route, call, c);
  const { onPort } = c.env as Transport;
  const patience = { client: c.req.raw.signal, closing: provider.closing.signal, onPort };
  const response = fault ? await applyFault(fault, work, patience) : await work();
  settle(response.status);
  return response;
}

async function answer(provider: Provider, route: Route, call: ApiCall, c: Context): Promise<Response> {
  try {
    checkMethod(route, call);
    return await route.handle(provider, call, c);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    provider.journal.blame(error.violation);
    return error.toResponse();
  }
}

function checkMethod({ method }: Route, call: ApiCall): void {
  if (call.method === method) return;
  throw new Refusal('invalid_request', `the method must be ${method}`, {
    status: 405,
    headers: { allow: method },
    violation: violation.wrongMethod,
  });
}

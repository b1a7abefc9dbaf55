import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Aihubmix } from './aihubmix.js';
import { readForm } from './http/form.js';
import type { AuthRequest, AuthResponse, HeaderList } from './http/messages.js';
import type { SessionCarrier } from './http/session-carrier.js';
import type { Account } from './session/account.js';

export { appSessionCarrier } from './app-session.js';

/** What connect-style frameworks add to Node's request. */
export interface ConnectRequest extends IncomingMessage {
  /** The whole request target, where `url` has lost what a mounted router took off. */
  originalUrl?: string;
  /** What a body parser has read already. */
  body?: unknown;
}

export type Next = (error?: unknown) => void;

/** A Node request in the core's terms. */
export function toAuthRequest(request: ConnectRequest, carrier?: SessionCarrier): AuthRequest {
  return {
    method: request.method ?? '',
    url: request.originalUrl ?? request.url ?? '',
    header: (name) => headerOf(request, name),
    form: () => formOf(request),
    carrier,
  };
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Adds headers to an answer: `set-cookie` beside those that are there, `vary` merged, all others set. */
export function writeHeaders(response: ServerResponse, headers: HeaderList): void {
  for (const [name, value] of headers) {
    if (name === 'set-cookie') response.appendHeader(name, value);
    else if (name === 'vary') response.setHeader(name, mergedVary(response.getHeader(name), value));
    else response.setHeader(name, value);
  }
}

/** `Vary` with one more field name, each once. */
export function mergedVary(present: string | number | string[] | undefined, added: string): string {
  const names = String(present ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '' && name.toLowerCase() !== added.toLowerCase());
  return [...names, added].join(', ');
}

/** Sends an answer as it is. */
export function sendResponse(response: ServerResponse, answer: AuthResponse): void {
  response.statusCode = answer.status;
  writeHeaders(response, answer.headers);
  response.end(answer.body === '' ? undefined : answer.body);
}

/** What happens with a request below `basePath`: answered, or passed on with our headers. For connect, Express and Nest. */
export async function handleNode(
  aihubmix: Aihubmix,
  request: AuthRequest,
  response: ServerResponse,
  next: Next,
): Promise<void> {
  const outcome = await aihubmix.handle(request);
  if (outcome.handled) return sendResponse(response, outcome.response);
  writeHeaders(response, outcome.headers);
  next();
}

/**
 * The routes as connect-style middleware, for `node:http`, connect and everything that takes such middleware.
 *
 * @param carrierOf tells where a request's session id travels, when not in a cookie of ours.
 */
export function createMiddleware(
  aihubmix: Aihubmix,
  carrierOf?: (request: ConnectRequest) => SessionCarrier | undefined,
): (request: ConnectRequest, response: ServerResponse, next: Next) => void {
  return (request, response, next) => {
    if (!aihubmix.concerns(request.originalUrl ?? request.url ?? '')) return next();
    handleNode(aihubmix, toAuthRequest(request, carrierOf?.(request)), response, next).catch(next);
  };
}

/**
 * The account of a request that must have one. Otherwise it answers the request, as the contract says, and `undefined`
 * tells that there is nothing left to do.
 */
export async function requireAccount(
  aihubmix: Aihubmix,
  request: AuthRequest,
  response: ServerResponse,
): Promise<Account | undefined> {
  const admission = await aihubmix.guard(request);
  if (admission.admitted) return admission.account;
  sendResponse(response, admission.response);
  return undefined;
}

/** The fields of a form post: from a body parser that came first, else from the request itself. */
async function formOf(request: ConnectRequest): Promise<URLSearchParams | undefined> {
  if (request.body !== undefined && request.body !== null) return formFields(request.body);
  if (request.readableEnded) return undefined;
  try {
    return await readForm(request.iterator({ destroyOnReturn: false }));
  } finally {
    // What was not read must still flow off, or the connection could carry no further request.
    request.resume();
  }
}

/** The fields of a body that was parsed already, whatever parser it was; only plain strings count as given once. */
export function formFields(body: unknown): URLSearchParams | undefined {
  if (typeof body === 'string' || Buffer.isBuffer(body)) return new URLSearchParams(body.toString());
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = new URLSearchParams();
  for (const [name, value] of Object.entries(body)) {
    for (const item of [value].flat()) if (typeof item === 'string') fields.append(name, item);
  }
  return fields;
}

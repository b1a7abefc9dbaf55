import { ConnectionDropped } from '../http/connection-dropped.js';
import type { Fault } from './fault.js';
import type { Patience } from './patience.js';
import { slowBody } from './slow-body.js';
import { pause, waitForEver } from './waiting.js';

/** Statuses whose answers carry no body (Fetch standard, "null body status"). */
const NULL_BODY = new Set([204, 205, 304]);

/** Answers as the fault says, doing the real work where the fault lets it happen. */
export async function applyFault(
  fault: Fault,
  work: () => Promise<Response>,
  patience: Patience,
): Promise<Response> {
  switch (fault.type) {
    case 'latency':
      await pause(fault.ms, patience.closing);
      return work();
    case 'hang':
      return waitForEver(patience.client, patience.closing);
    case 'drop':
      if (fault.when === 'after') await work();
      throw new ConnectionDropped();
    case 'status':
      return raw(fault.body ?? '', fault.status, 'text/plain', fault.headers);
    case 'body':
      return rawBody(fault);
    case 'patch':
      return patched(await work(), fault);
    case 'gateway-error':
      return Response.json(gatewayError(fault));
    case 'slow-body':
      return slowBody(await work(), fault.msPerByte, patience);
  }
}

function raw(
  body: string | Uint8Array,
  status: number,
  contentType: string,
  given: Record<string, string> = {},
): Response {
  const headers = new Headers({ 'content-type': contentType });
  for (const [name, value] of Object.entries(given)) headers.set(name, value);
  const content = typeof body === 'string' ? body : Buffer.from(body);
  return new Response(NULL_BODY.has(status) ? null : content, { status, headers });
}

function rawBody(fault: Extract<Fault, { type: 'body' }>): Response {
  return raw(fault.body, fault.status ?? 200, fault.contentType ?? 'application/json', fault.headers);
}

async function patched(
  response: Response,
  { patch, remove = [] }: Extract<Fault, { type: 'patch' }>,
): Promise<Response> {
  const isJson = (response.headers.get('content-type') ?? '').startsWith('application/json');
  const answer: unknown = isJson ? await response.json() : undefined;
  if (typeof answer !== 'object' || answer === null) return response;
  const fields = Object.entries({ ...answer, ...patch }).filter(([name]) => !remove.includes(name));
  return new Response(JSON.stringify(Object.fromEntries(fields)), {
    status: response.status,
    headers: response.headers,
  });
}

function gatewayError(fault: Extract<Fault, { type: 'gateway-error' }>): unknown {
  const message = fault.message ?? 'the gateway is not well';
  if (fault.shape !== 'error-object') return { success: false, message };
  return { error: { message, type: 'aihubmix_api_error', code: 'mock_error' } };
}

import type { Context, Hono } from 'hono';
import { ENDPOINTS } from '../journal/recorded-request.js';
import type { Decision, MockServer } from '../mock-server.js';
import { BadRequest, type Fields, number, object, oneOf, optional, text, userId } from './fields.js';
import { readFault } from './read-fault.js';

type Action = (fields: Fields) => unknown;

/** Adds the control routes, for tests that run in another process than the server. JSON in, JSON out. */
export function addControl(app: Hono, server: MockServer): void {
  app.get('/_mock/requests', (c) => c.json({ requests: server.requests }));
  app.get('/_mock/violations', (c) => c.json({ violations: server.violations }));
  const clearing = {
    '/_mock/requests': () => server.clearRequests(),
    '/_mock/violations': () => server.clearViolations(),
    '/_mock/fault': () => server.clearFaults(),
  };
  for (const [path, clear] of Object.entries(clearing)) {
    app.delete(path, (c) => {
      clear();
      return c.json({ ok: true });
    });
  }
  for (const [path, action] of Object.entries(actions(server))) {
    app.post(path, (c) => act(c, action));
  }
}

function actions(server: MockServer): Record<string, Action> {
  return {
    '/_mock/fault': (fields) => {
      const endpoint = oneOf(fields, 'endpoint', ENDPOINTS);
      server.fault(endpoint, readFault(fields), optional(fields, 'times', number));
    },
    '/_mock/expire': (fields) => server.expireAccessTokens(optional(fields, 'userId', userId).userId),
    '/_mock/revoke': (fields) => server.revoke(userId(fields), optional(fields, 'clientId', text).clientId),
    '/_mock/balance': (fields) => server.setBalance(userId(fields), text(fields, 'amount')),
    '/_mock/authorize': async (fields) => ({
      location: await server.authorize(text(fields, 'url'), userId(fields), decision(fields)),
    }),
    '/_mock/tokens': (fields) =>
      server.issueTokens({
        clientId: text(fields, 'clientId'),
        userId: userId(fields),
        ...optional(fields, 'scope', text),
        ...optional(fields, 'expiresIn', number),
      }),
  };
}

function decision(fields: Fields): Decision {
  const { decision: given = 'allow' } = fields;
  return oneOf({ decision: given }, 'decision', ['allow', 'deny']);
}

/** JSON only, so that no page of another origin can send it without asking first. */
async function act(c: Context, action: Action): Promise<Response> {
  try {
    return c.json((await action(await readBody(c))) ?? { ok: true });
  } catch (error) {
    return c.json({ error: error instanceof Error ? error.message : String(error) }, 400);
  }
}

async function readBody(c: Context): Promise<Fields> {
  if (!/^application\/json\b/i.test(c.req.header('content-type') ?? '')) {
    throw new BadRequest('the content type must be application/json');
  }
  const body: unknown = await c.req.json();
  return object(body, 'the body');
}

import { Hono } from 'hono';
import { addControl } from './control/routes.js';
import { addEndpoints } from './endpoints/routes.js';
import { ConnectionDropped } from './http/connection-dropped.js';
import type { Handle } from './http/transport.js';
import type { MockServer } from './mock-server.js';
import { addPages } from './pages/routes.js';
import type { Provider } from './provider.js';

/** Everything the server answers, as a function. */
export function createHandler(provider: Provider, server: MockServer): Handle {
  const app = new Hono();
  addEndpoints(app, provider);
  addControl(app, server);
  addPages(app, provider);
  app.onError((error, c) => {
    if (error instanceof ConnectionDropped) throw error;
    return c.json({ error: 'server_error', error_description: error.message }, 500);
  });
  return async (request, transport) => app.fetch(request, transport);
}

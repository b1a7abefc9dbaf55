import type { AbstractHttpAdapter } from '@nestjs/core';
import type { AihubmixRequests } from './aihubmix.requests.js';
import { mountOnExpress } from './mount-express.js';
import { mountOnFastify } from './mount-fastify.js';

const mounted = new WeakMap<AbstractHttpAdapter, Set<string>>();

/**
 * Puts the routes in front of the application's own, at `basePath` whatever the global prefix is: Nest would mount
 * middleware of a module below the prefix only.
 *
 * @throws Error when the application has an instance of this name already: each would know its own sessions only.
 */
export function mountRoutes(adapter: AbstractHttpAdapter, requests: AihubmixRequests): void {
  claimName(adapter, requests.core.name);
  if (adapter.getType() === 'fastify') mountOnFastify(adapter, requests);
  else mountOnExpress(adapter, requests);
}

function claimName(adapter: AbstractHttpAdapter, name: string): void {
  const names = mounted.get(adapter) ?? new Set<string>();
  if (names.has(name)) {
    throw new Error(
      `AihubmixModule is registered twice with the name "${name}", and each would know its own sessions only. Register it once, with isGlobal: true, or give the second one another "name" and "basePath".`,
    );
  }
  mounted.set(adapter, names.add(name));
}

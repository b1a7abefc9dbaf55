import type { Aihubmix, AuthRequest } from '@aihubmix-auth/core';
import { appSessionCarrier, type ConnectRequest, toAuthRequest } from '@aihubmix-auth/core/node';

/** A request as a platform hands it out: Node's own (Express), or one around it (Fastify). */
export type PlatformRequest = ConnectRequest | { readonly raw: ConnectRequest };

/** One instance, and how the requests of its application are told to it. */
export class AihubmixRequests {
  readonly core: Aihubmix;
  readonly #useAppSession: boolean;

  constructor(core: Aihubmix, useAppSession: boolean) {
    this.core = core;
    this.#useAppSession = useAppSession;
  }

  /** Where the session id travels, when not in a cookie of ours. */
  readonly carrierOf = (request: PlatformRequest) =>
    this.#useAppSession ? appSessionCarrier(request, this.core.name) : undefined;

  read(request: PlatformRequest): AuthRequest {
    return toAuthRequest('raw' in request ? request.raw : request, this.carrierOf(request));
  }
}

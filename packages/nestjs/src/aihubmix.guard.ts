import type { Admission } from '@aihubmix-auth/core';
import { type CanActivate, type ExecutionContext, Inject, Injectable, type Type } from '@nestjs/common';
import { HttpAdapterHost, Reflector } from '@nestjs/core';
import { rememberAccount } from './accounts.js';
import { DEFAULT_NAME, getRequestsToken } from './aihubmix.constants.js';
import { ACCESS, type Access } from './aihubmix.decorators.js';
import { AihubmixException, asException } from './aihubmix.exception.js';
import type { AihubmixRequests } from './aihubmix.requests.js';
import { requestOf } from './request-of.js';
import { writeHeaders } from './response-headers.js';

type Refusal = Extract<Admission, { admitted: false }>;

const guards = new Map<string, Type<AihubmixGuard>>();

/** They describe the contract's body; an exception filter may send another. */
const BODY_HEADERS = ['content-type', 'content-security-policy'];

/**
 * Lets logged-in users pass: with `@UseGuards(AihubmixGuard)`, or for the whole application with
 * `{ provide: APP_GUARD, useExisting: AihubmixGuard }`. Without a session a browser navigation is sent to the login and
 * any other request gets 401, both as an `AihubmixException` that exception filters see.
 */
@Injectable()
export class AihubmixGuard implements CanActivate {
  readonly #requests: AihubmixRequests;
  readonly #host: HttpAdapterHost;
  readonly #reflector: Reflector;

  constructor(
    @Inject(getRequestsToken(DEFAULT_NAME)) requests: AihubmixRequests,
    @Inject(HttpAdapterHost) host: HttpAdapterHost,
    @Inject(Reflector) reflector: Reflector,
  ) {
    this.#requests = requests;
    this.#host = host;
    this.#reflector = reflector;
  }

  /** The guard of the instance with this `name`; the same class every time. */
  static for(name: string = DEFAULT_NAME): Type<AihubmixGuard> {
    if (name === DEFAULT_NAME) return AihubmixGuard;
    const guard = guards.get(name) ?? guardFor(name);
    guards.set(name, guard);
    return guard;
  }

  /**
   * @throws AihubmixException `unauthenticated`, as 401 or as the redirect to the login; `store_unavailable`.
   */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const access = this.#reflector.getAllAndOverride<Access | undefined>(ACCESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (access === 'public') return true;
    const { core } = this.#requests;
    const request = requestOf(context);
    const authRequest = this.#requests.read(request);
    if (access === 'optional') {
      rememberAccount(request, core.name, await core.account(authRequest).catch(rethrow));
      return true;
    }
    const admission = await core.guard(authRequest);
    if (!admission.admitted) throw this.#refusal(context, admission);
    rememberAccount(request, core.name, admission.account);
    return true;
  }

  #refusal(context: ExecutionContext, { error, response }: Refusal): AihubmixException {
    if (context.getType() !== 'http') return new AihubmixException(error);
    const headers = response.headers.filter(([name]) => !BODY_HEADERS.includes(name));
    writeHeaders(this.#host.httpAdapter, context.switchToHttp().getResponse(), headers);
    return new AihubmixException(error, response.status);
  }
}

function guardFor(name: string): Type<AihubmixGuard> {
  @Injectable()
  class NamedAihubmixGuard extends AihubmixGuard {
    constructor(
      @Inject(getRequestsToken(name)) requests: AihubmixRequests,
      @Inject(HttpAdapterHost) host: HttpAdapterHost,
      @Inject(Reflector) reflector: Reflector,
    ) {
      super(requests, host, reflector);
    }
  }
  return NamedAihubmixGuard;
}

function rethrow(error: unknown): never {
  throw asException(error);
}

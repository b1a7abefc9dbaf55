import type { Aihubmix } from './aihubmix.js';
import { readForm } from './http/form.js';
import type { AuthRequest, AuthResponse } from './http/messages.js';
import type { Account } from './session/account.js';

const BODILESS = new Set([204, 303, 302]);

/** The login for frameworks that speak `Request` and `Response`: Hono, Next.js, Bun, Deno, workers with Node's crypto. */
export interface WebAihubmix {
  /** Answers a request below `basePath`; `undefined` leaves it to the application. */
  handle(request: Request): Promise<Response | undefined>;
  /** The account, or the answer to send instead: a redirect to the login or a 401. */
  requireLogin(request: Request): Promise<Account | Response>;
  /**
   * The account, or `null` when nobody is logged in.
   *
   * @throws AihubmixError `store_unavailable`
   */
  account(request: Request): Promise<Account | null>;
}

export function createWebHandler(aihubmix: Aihubmix): WebAihubmix {
  return {
    async handle(request) {
      const authRequest = toAuthRequest(request);
      if (!aihubmix.concerns(authRequest.url)) return undefined;
      const outcome = await aihubmix.handle(authRequest);
      return outcome.handled ? toResponse(outcome.response) : undefined;
    },
    async requireLogin(request) {
      const admission = await aihubmix.guard(toAuthRequest(request));
      return admission.admitted ? admission.account : toResponse(admission.response);
    },
    account: (request) => aihubmix.account(toAuthRequest(request)),
  };
}

function toAuthRequest(request: Request): AuthRequest {
  const { pathname, search } = new URL(request.url);
  return {
    method: request.method,
    url: pathname + search,
    header: (name) => request.headers.get(name) ?? undefined,
    form: async () => (request.bodyUsed || request.body === null ? undefined : readForm(request.body)),
  };
}

function toResponse({ status, headers, body }: AuthResponse): Response {
  const list = new Headers();
  for (const [name, value] of headers) list.append(name, value);
  return new Response(BODILESS.has(status) || body === '' ? null : body, { status, headers: list });
}

import {
  type Account,
  type Aihubmix,
  type AihubmixOptions,
  type AuthRequest,
  type AuthResponse,
  createAihubmix,
  type HeaderList,
  type User,
} from '@aihubmix-auth/core';
import { formFields, toAuthRequest, writeHeaders } from '@aihubmix-auth/core/node';
import type { ExtendableContext, Next } from 'koa';
import { koaSessionCarrier } from './koa-session.js';

export type { Account, AihubmixOptions, Balance, User } from '@aihubmix-auth/core';
export { AihubmixError, ConfigurationError, optionsFromEnv } from '@aihubmix-auth/core';

/** What `requireLogin` puts into `ctx.state`. */
export interface AihubmixState {
  /** Who is logged in, as AIHubMix described them last. */
  user: User;
}

/** What `requireLogin` puts into `ctx`. */
export interface AihubmixContext {
  /** Who is logged in, behind `requireLogin`. Elsewhere ask `auth.account(ctx)`. */
  aihubmix: Account;
}

declare module 'koa' {
  interface DefaultState extends AihubmixState {}
  interface ExtendableContext extends AihubmixContext {}
}

export interface KoaOptions extends AihubmixOptions {
  /** Carries the session id in `ctx.session` of koa-session instead of in a cookie of ours. Default `false`. */
  readonly useAppSession?: boolean;
}

/** Middleware for every Koa app and router, whatever its own state and context types are. */
export type KoaMiddleware = (ctx: ExtendableContext, next: Next) => Promise<void>;

/** Middleware that answers the routes below `basePath`, and what belongs to it. */
export interface KoaAihubmix extends KoaMiddleware {
  /** Lets logged-in users pass, with the user in `ctx.state.user` and their account in `ctx.aihubmix`. */
  readonly requireLogin: KoaMiddleware;
  /**
   * The account, or `null` when nobody is logged in: for pages that show both.
   *
   * @throws AihubmixError `store_unavailable`
   */
  account(ctx: ExtendableContext): Promise<Account | null>;
  /** The login itself: events, `endSessionsOf`, `close`. */
  readonly core: Aihubmix;
}

/**
 * Logs users in with AIHubMix: `const auth = aihubmix(options); app.use(auth);`
 *
 * @throws ConfigurationError with one sentence per mistake in the options.
 */
export function aihubmix({ useAppSession = false, ...options }: KoaOptions): KoaAihubmix {
  const core = createAihubmix(options);
  const requestOf = (ctx: ExtendableContext): AuthRequest => ({
    ...toAuthRequest(ctx.req, useAppSession ? koaSessionCarrier(ctx, core.name) : undefined),
    url: ctx.originalUrl,
    ...parsedForm(ctx),
  });

  const routes: KoaMiddleware = async function aihubmix(ctx, next) {
    if (!core.concerns(ctx.originalUrl)) return next();
    const outcome = await core.handle(requestOf(ctx));
    if (outcome.handled) send(ctx, outcome.response);
    else await passOn(ctx, outcome.headers, next);
  };

  const requireLogin: KoaMiddleware = async function aihubmixRequireLogin(ctx, next) {
    const admission = await core.guard(requestOf(ctx));
    if (!admission.admitted) return send(ctx, admission.response);
    const { account } = admission;
    ctx.aihubmix = account;
    Object.assign(Reflect.get(ctx, 'state'), { user: account.user });
    await next();
  };

  return Object.assign(routes, {
    requireLogin,
    account: (ctx: ExtendableContext) => core.account(requestOf(ctx)),
    core,
  });
}

/** The form of a body parser that has run before, which leaves nothing in the request to read. */
function parsedForm(ctx: ExtendableContext): Pick<AuthRequest, 'form'> {
  const body: unknown = Reflect.get(ctx.request, 'body');
  return body === undefined ? {} : { form: async () => formFields(body) };
}

function send(ctx: ExtendableContext, { status, headers, body }: AuthResponse): void {
  // An explicit `null` keeps Koa from writing the status text as the body. It would turn into JSON's `null` under a type
  // of JSON, and the status into 204: so the type goes first, and the status comes after.
  ctx.remove('content-type');
  ctx.body = null;
  ctx.status = status;
  writeHeaders(ctx.res, headers);
  if (body !== '') ctx.body = body;
}

/** Koa drops all headers of an answer that ends in an error, but for those that the error names. */
async function passOn(ctx: ExtendableContext, headers: HeaderList, next: Next): Promise<void> {
  writeHeaders(ctx.res, headers);
  try {
    await next();
  } catch (error) {
    if (error instanceof Error) {
      Object.assign(error, { headers: { ...Object.fromEntries(headers), ...Reflect.get(error, 'headers') } });
    }
    throw error;
  }
}

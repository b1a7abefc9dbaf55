import type {
  Aihubmix,
  AihubmixError,
  AuthRequest,
  CallbackChoices,
  PendingLogin,
  RouteChoices,
} from '@aihubmix-auth/core';
import { appSessionCarrier, toAuthRequest, writeHeaders } from '@aihubmix-auth/core/node';
import type { Request, Response } from 'express';
import type { AuthenticateOptions } from 'passport';
import OAuth2Strategy from 'passport-oauth2';
import type { LoginInfo } from './info.js';
import { createCore, type StrategyOptions, type StrategyOptionsWithRequest } from './options.js';
import { type Profile, profileOf } from './profile.js';
import {
  LoginRefused,
  type TokenParams,
  type Verdict,
  type Verifier,
  type VerifyFunction,
  verifierOf,
} from './verify.js';

type TokenStrings = [accessToken: string, refreshToken: string];
/** What the base demands, and has no use for here: a second copy of a secret could only leak, as by printing the strategy. */
const THE_CORE_ASKS = {
  authorizationURL: 'unused',
  tokenURL: 'unused',
  clientID: 'unused',
  clientSecret: '',
};

type Approve = NonNullable<CallbackChoices['approve']>;

/**
 * Logs users in with AIHubMix. A strategy of Passport in every way: state, PKCE, token exchange, deadlines and the
 * session with its tokens are the core's work, and nothing is kept in `req.session` but what `useAppSession` asks for.
 *
 * It ends in `success` with `info` `{ returnTo, account, scope }`; in `fail` with `{ code, message }` and the status of
 * that code, for whatever a user, a browser, AIHubMix or a store can do; and in `error` for faults of the application,
 * such as a `verify` that throws. Scope, callback URL and state are settled once, here; as options of
 * `passport.authenticate` they change nothing.
 */
export class Strategy extends OAuth2Strategy {
  /** The login inside: events, `account(request)`, `endSessionsOf`, `close`. */
  readonly core: Aihubmix;
  /** Whether users are the application's own, made by a `verify`, rather than AIHubMix's. */
  readonly verifies: boolean;
  readonly useAppSession: boolean;
  private readonly verifier: Verifier;
  /** Logins between token exchange and session, by access token: what `userProfile` answers from. */
  private readonly pending = new Map<string, PendingLogin>();

  /**
   * @param verify tells who the user is to the application; the option of that name is its modern form, and goes before
   * it. With neither, `req.user` is the `User` of AIHubMix. Write the types of a callback with `params`: TypeScript
   * cannot tell them from those of a callback without.
   * @throws ConfigurationError with one sentence per mistake in the options.
   */
  constructor(options: StrategyOptions, verify?: VerifyFunction<TokenStrings>);
  constructor(options: StrategyOptions, verify: VerifyFunction<[...TokenStrings, params: TokenParams]>);
  constructor(
    options: StrategyOptionsWithRequest,
    verify: VerifyFunction<[request: Request, ...TokenStrings]>,
  );
  constructor(
    options: StrategyOptionsWithRequest,
    verify: VerifyFunction<[request: Request, ...TokenStrings, params: TokenParams]>,
  );
  constructor(options: StrategyOptions | StrategyOptionsWithRequest, callback?: VerifyFunction<never>) {
    super(THE_CORE_ASKS, () => {});
    const verifier = verifierOf(options.verify, callback, options.passReqToCallback ?? false);
    this.core = createCore(options);
    this.name = this.core.name;
    this.useAppSession = options.useAppSession ?? false;
    this.verifies = verifier !== undefined;
    this.verifier = verifier ?? (async ({ user }) => ({ user, info: undefined }));
  }

  /**
   * Begins a login, or finishes one on the callback's path. `options.returnTo` says where it ends, else the query does.
   * What comes with `HEAD`, or is fetched ahead, does neither.
   */
  override authenticate(request: Request, options: AuthenticateOptions = {}): void {
    this.step(request, options).catch((error: unknown) => this.error(error));
  }

  /**
   * The profile of the user who is logging in, in Passport's normalised schema. AIHubMix was asked already, so this
   * makes no request; it knows no other token than that of a login under way. A subclass may make it richer.
   */
  override userProfile(accessToken: string, done: (error?: unknown, profile?: Profile) => void): void {
    const login = this.pending.get(accessToken);
    if (login === undefined) done(new TypeError('userProfile knows the tokens of logins under way only.'));
    else done(null, profileOf(login.info));
  }

  /**
   * Lets a subclass put a login's failure into its own words: the message of the error it answers is what `fail` gives.
   * Here `body` is our error as JSON, `{"error":code,"message":…}`, with the status of that code. What AIHubMix itself
   * answered is not passed on, since it may hold secrets.
   */
  override parseErrorResponse(_body: string, _status: number): Error | null {
    return null;
  }

  /** A request in the core's terms. */
  authRequestOf(request: Request): AuthRequest {
    return toAuthRequest(request, this.useAppSession ? appSessionCarrier(request, this.name) : undefined);
  }

  /** What `returnTo` and the hooks of passport-oauth2 add to the steps of a login; a hook cannot replace what is ours. */
  choices(options: AuthenticateOptions = {}, approve?: Approve): Required<RouteChoices> {
    const { returnTo } = options;
    const login = { extra: parameters(this.authorizationParams(options)) };
    const callback = { extra: parameters(this.tokenParams(options)) };
    return {
      login: returnTo === undefined ? login : { ...login, returnTo },
      callback: approve === undefined ? callback : { ...callback, approve },
    };
  }

  /** Asks who the user is to the application. @throws what `verify` or `userProfile` throws. */
  async verdictOn(login: PendingLogin, request: Request): Promise<Verdict> {
    const { user, info, scope, tokens } = login;
    const token = tokens.access.reveal();
    this.pending.set(token, login);
    try {
      const profile = await new Promise<Profile>((resolve, reject) => {
        this.userProfile(token, (error, made) => (error || !made ? reject(error) : resolve(made)));
      });
      return await this.verifier({ user, balance: info.balance, scope, profile, tokens, request });
    } finally {
      this.pending.delete(token);
    }
  }

  private async step(request: Request, options: AuthenticateOptions): Promise<void> {
    const { res: response } = request;
    if (response === undefined) throw new TypeError('aihubmix-auth needs the request of an Express app.');
    const authRequest = this.authRequestOf(request);
    if (isIdle(authRequest)) {
      response.set({ 'cache-control': 'no-store', allow: 'GET' });
      const message = 'A login is neither begun nor finished by HEAD or by what a browser fetches ahead.';
      return this.fail({ code: 'method_not_allowed', message }, request.method === 'HEAD' ? 405 : 503);
    }
    if (this.isCallback(authRequest.url)) return this.finish(request, response, options);
    const { headers } = await this.core.login.begin(authRequest, this.choices(options).login);
    writeHeaders(response, headers);
    this.redirect(headers.find(([name]) => name === 'location')?.[1] ?? '/');
  }

  /** The callback's own path; or, behind a proxy that rewrites paths, what only AIHubMix sends. */
  private isCallback(url: string): boolean {
    const route = this.core.routeOf(url);
    if (route !== undefined) return route === 'callback';
    const query = new URLSearchParams(url.split('?', 2)[1]);
    return query.has('state') && (query.has('code') || query.has('error'));
  }

  private async finish(request: Request, response: Response, options: AuthenticateOptions): Promise<void> {
    let verdict: Verdict | undefined;
    let thrown: unknown;
    const approve: Approve = async (login) => {
      verdict = await this.verdictOn(login, request).catch((error: unknown) => {
        thrown = error;
        throw error;
      });
    };
    const authRequest = this.authRequestOf(request);
    const result = await this.core.login.finish(authRequest, this.choices(options, approve).callback);
    const { headers } = await this.core.login.present(authRequest, result);
    // Status and body are Passport's to choose.
    writeHeaders(
      response,
      headers.filter(([name]) => !/^(location|content-)/.test(name)),
    );
    if (!result.ok) {
      if (result.error.code === 'server_error') return this.error(thrown ?? result.error);
      return this.refuse(request, response, result.error);
    }
    const { account, login } = result;
    const info: LoginInfo = { returnTo: login.returnTo, account, scope: account.scopes.join(' ') };
    this.success(verdict?.user ?? account.user, { ...verdict?.info, ...info });
  }

  private refuse(request: Request, response: Response, error: AihubmixError): void {
    const { code, headers = {}, reason, status } = error;
    request.authInfo = { error };
    writeHeaders(response, Object.entries(headers));
    const { message } = this.parseErrorResponse(JSON.stringify(error), status) ?? error;
    this.fail({ ...(error instanceof LoginRefused ? error.info : {}), code, reason, message }, status);
  }
}

/** What a hook of passport-oauth2 answered, as request parameters. */
function parameters(given: object): Record<string, string> {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}

/** Whether nobody has clicked: a login is neither begun nor finished by `HEAD` or by what a browser fetches ahead. */
export function isIdle({ method, header }: AuthRequest): boolean {
  return method === 'HEAD' || /^\s*prefetch\b/i.test(header('sec-purpose') ?? header('purpose') ?? '');
}

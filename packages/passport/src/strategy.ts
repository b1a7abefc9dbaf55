import {
  type Aihubmix,
  AihubmixError,
  type AuthRequest,
  type AuthResponse,
  type CallbackResult,
  type PendingLogin,
  type SessionCarrier,
} from '@aihubmix-auth/core';
import { appSessionCarrier, toAuthRequest, writeHeaders } from '@aihubmix-auth/core/node';
import type { Request, Response } from 'express';
import type { AuthenticateOptions } from 'passport';
import OAuth2Strategy, { type VerifyCallback } from 'passport-oauth2';
import type { LoginInfo } from './info.js';
import { createCore, type StrategyOptions, type StrategyOptionsWithRequest } from './options.js';
import { type Profile, profileOf } from './profile.js';
import { enteringWith, isPrefetch, parameters, withoutBody } from './translate.js';
import {
  type AnyVerifyFunction,
  LoginRefused,
  type TokenParams,
  type Verdict,
  type Verifier,
  verifierOf,
} from './verify.js';

/** How a callback ended, and what `verify` had to do with it. */
export interface Attempt {
  readonly result: CallbackResult;
  /** What `verify` said when it said yes. */
  readonly verdict?: Verdict;
  /** What `verify` or `userProfile` threw. */
  readonly thrown?: unknown;
}

/** Begins the application's own session for a user that was let in. Throws to let nobody in. */
export type Enter = (user: Express.User, login: PendingLogin) => Promise<void>;

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
  private readonly useAppSession: boolean;
  private readonly verifier: Verifier | undefined;
  /** Logins between token exchange and session, by access token: what `userProfile` answers from. */
  private readonly pending = new Map<string, PendingLogin>();

  /**
   * @param verify tells who the user is to the application; the option of that name is its modern form, and goes before
   * it. With neither, `req.user` is the `User` of AIHubMix. Write the types of a callback with `params`: TypeScript
   * cannot tell them from those of a callback without.
   * @throws ConfigurationError with one sentence per mistake in the options.
   */
  constructor(
    options: StrategyOptions,
    verify?: (accessToken: string, refreshToken: string, profile: Profile, done: VerifyCallback) => void,
  );
  constructor(
    options: StrategyOptions,
    verify: (
      accessToken: string,
      refreshToken: string,
      params: TokenParams,
      profile: Profile,
      done: VerifyCallback,
    ) => void,
  );
  constructor(
    options: StrategyOptionsWithRequest,
    verify: (
      request: Request,
      accessToken: string,
      refreshToken: string,
      profile: Profile,
      done: VerifyCallback,
    ) => void,
  );
  constructor(
    options: StrategyOptionsWithRequest,
    verify: (
      request: Request,
      accessToken: string,
      refreshToken: string,
      params: TokenParams,
      profile: Profile,
      done: VerifyCallback,
    ) => void,
  );
  constructor(options: StrategyOptions | StrategyOptionsWithRequest, callback?: AnyVerifyFunction) {
    const core = createCore(options);
    const [host = 'https://api.aihubmix.com'] = [options.baseUrl ?? []].flat();
    super(
      {
        authorizationURL: new URL('/api/oauth2/authorize', host).href,
        tokenURL: new URL('/api/oauth2/token', host).href,
        clientID: 'clientId' in options ? options.clientId : options.clientID,
        // The core makes the token request: a second copy here could only leak, as by printing the strategy.
        clientSecret: '',
      },
      () => {},
    );
    this.name = core.name;
    this.core = core;
    this.useAppSession = options.useAppSession ?? false;
    this.verifier = verifierOf(options.verify, callback, options.passReqToCallback ?? false);
    this.verifies = this.verifier !== undefined;
  }

  /**
   * Begins a login, or finishes one on the callback's path. `options.returnTo` says where it ends, else the query does.
   * What comes with `HEAD`, or is fetched ahead, does neither.
   */
  override authenticate(request: Request, options: AuthenticateOptions = {}): void {
    const response = request.res;
    if (response === undefined)
      this.error(new TypeError('aihubmix-auth needs the request of an Express app.'));
    else this.decide(request, response, options).catch((error: unknown) => this.error(error));
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

  /** Where a request's session id travels, when not in a cookie of ours. */
  carrierOf(request: object): SessionCarrier | undefined {
    return this.useAppSession ? appSessionCarrier(request, this.name) : undefined;
  }

  /** The redirect to AIHubMix; what `authorizationParams` answers goes with it, but cannot replace what is ours. */
  begin(request: Request, options: AuthenticateOptions = {}): Promise<AuthResponse> {
    return this.core.login.begin(this.authRequestOf(request), {
      extra: parameters(this.authorizationParams(options)),
      ...(options.returnTo === undefined ? {} : { returnTo: options.returnTo }),
    });
  }

  /**
   * Everything that happens on callback, with `verify` before our session begins. `enter` comes last: when it throws,
   * nobody is logged in. What `tokenParams` answers goes with the token request.
   */
  async finish(
    request: Request,
    options: AuthenticateOptions = {},
    enter: Enter = async () => {},
  ): Promise<Attempt> {
    const attempt: { verdict?: Verdict; thrown?: unknown; enter?: () => Promise<void> } = {};
    const carrier = this.carrierOf(request);
    const approve = async (login: PendingLogin) => {
      try {
        const verdict = await this.ask(request, login);
        attempt.verdict = verdict;
        attempt.enter = () => enter(verdict.user, login);
      } catch (error) {
        attempt.thrown = error;
        throw error;
      }
      if (carrier === undefined) await attempt.enter();
    };
    const result = await this.core.login.finish(
      toAuthRequest(request, carrier && enteringWith(carrier, async () => attempt.enter?.())),
      { approve, extra: parameters(this.tokenParams(options)) },
    );
    return { ...attempt, result };
  }

  private async decide(request: Request, response: Response, options: AuthenticateOptions): Promise<void> {
    const authRequest = this.authRequestOf(request);
    if (request.method === 'HEAD' || isPrefetch(authRequest)) return this.refuseIdle(request, response);
    if (this.isCallback(authRequest.url))
      return this.end(response, authRequest, await this.finish(request, options));
    const { headers } = await this.begin(request, options);
    writeHeaders(response, withoutBody(headers));
    this.redirect(headers.find(([name]) => name === 'location')?.[1] ?? '/');
  }

  private refuseIdle({ method }: Request, response: Response): void {
    response.setHeader('cache-control', 'no-store');
    const message = 'A login is neither begun nor finished by HEAD or by what a browser fetches ahead.';
    if (method === 'HEAD') {
      response.setHeader('allow', 'GET');
      this.fail({ code: 'method_not_allowed', message }, 405);
    } else this.fail({ code: 'invalid_request', message }, 503);
  }

  /** The callback's own path; or, behind a proxy that rewrites paths, what only AIHubMix sends. */
  private isCallback(url: string): boolean {
    const route = this.core.routeOf(url);
    if (route !== undefined) return route === 'callback';
    const query = new URLSearchParams(url.split('?', 2)[1]);
    return query.has('state') && (query.has('code') || query.has('error'));
  }

  private async end(response: Response, authRequest: AuthRequest, attempt: Attempt): Promise<void> {
    const { result, verdict, thrown } = attempt;
    const answer = await this.core.login.present(authRequest, result);
    writeHeaders(response, withoutBody(answer.headers));
    if (result.ok) {
      const { account, login } = result;
      const info: LoginInfo = { returnTo: login.returnTo, account, scope: account.scopes.join(' ') };
      return this.success(verdict?.user ?? account.user, { ...verdict?.info, ...info });
    }
    const { error } = result;
    if (thrown !== undefined && !(thrown instanceof AihubmixError)) return this.error(thrown);
    if (error.code === 'server_error') return this.error(error);
    if (error.retryAfter !== undefined) response.setHeader('retry-after', error.retryAfter);
    const worded = this.parseErrorResponse(JSON.stringify(error), error.status);
    const { code, reason, status } = error;
    const given = thrown instanceof LoginRefused ? thrown.info : undefined;
    response.req.authInfo = { error };
    this.fail({ ...given, code, reason, message: worded?.message ?? error.message }, status);
  }

  private async ask(request: Request, login: PendingLogin): Promise<Verdict> {
    const { user, scope, tokens } = login;
    if (this.verifier === undefined) return { user, info: undefined };
    const token = tokens.access.reveal();
    this.pending.set(token, login);
    try {
      const profile = await new Promise<Profile>((resolve, reject) => {
        this.userProfile(token, (error, made) => (error || !made ? reject(error) : resolve(made)));
      });
      return await this.verifier({ user, balance: login.info.balance, scope, profile, tokens, request });
    } finally {
      this.pending.delete(token);
    }
  }

  private authRequestOf(request: Request): AuthRequest {
    return toAuthRequest(request, this.carrierOf(request));
  }
}

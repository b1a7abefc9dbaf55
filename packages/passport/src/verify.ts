import { AihubmixError, type Balance, type MaybePromise, type Tokens, type User } from '@aihubmix-auth/core';
import type { Request } from 'express';
import type { VerifyCallback } from 'passport-oauth2';
import type { Profile } from './profile.js';

/** A login that AIHubMix vouches for, before there is a session. */
export interface VerifiableLogin {
  readonly user: User;
  /** `null` when AIHubMix did not tell, as without the `balance` scope. */
  readonly balance: Balance | null;
  /** The granted scopes, separated by spaces. */
  readonly scope: string;
  /** The same user in Passport's schema, or what an overridden `userProfile` made of it. */
  readonly profile: Profile;
  /** The tokens print as `[redacted]`; `tokens.access.reveal()` gives one. The session keeps them fresh: seldom needed. */
  readonly tokens: Tokens;
  readonly request: Request;
}

/** Answers the application's own user, or `false` to refuse the login with `access_denied`. */
export type VerifyLogin = (login: VerifiableLogin) => MaybePromise<Express.User | false>;

/** What `verify(…, params, profile, done)` is given: the token answer without its tokens. */
export interface TokenParams {
  readonly token_type: 'Bearer';
  /** In seconds. */
  readonly expires_in: number;
  readonly scope: string;
}

/** A callback in passport-oauth2's form: what is `Given`, then the profile, then `done`. */
export type VerifyFunction<Given extends unknown[]> = (
  ...given: [...Given, profile: Profile, done: VerifyCallback]
) => void;

/** What `verify` said, when it said yes. */
export interface Verdict {
  readonly user: Express.User;
  /** What it gave beside the user. */
  readonly info: object | undefined;
}

/** Thrown when `verify` says no; `info` is what it gave beside it. */
export class LoginRefused extends AihubmixError {
  readonly info: object | undefined;

  constructor(info?: object) {
    const message: unknown = info && Reflect.get(info, 'message');
    const ours = 'This application does not let the user in (verify).';
    super('access_denied', typeof message === 'string' ? message : ours);
    this.info = info;
  }
}

/** Finds out who a user is to the application. @throws LoginRefused, or whatever went wrong in the application. */
export type Verifier = (login: VerifiableLogin) => Promise<Verdict>;

/** The verifier in either form; `undefined` when the application gave none. */
export function verifierOf(
  verify: VerifyLogin | undefined,
  callback: VerifyFunction<never> | undefined,
  passRequest: boolean,
): Verifier | undefined {
  if (verify !== undefined) return async (login) => demandUser(await verify(login));
  return callback && ((login) => callVerify(callback, login, passRequest));
}

function demandUser(user?: Express.User | false, info?: object): Verdict {
  if (!user) throw new LoginRefused(info);
  return { user, info };
}

/**
 * Only a callback with exactly one parameter more than `(accessToken, refreshToken, profile, done)` is given the token
 * parameters: a wrapper with rest arguments, such as Nest's, has no parameters to count.
 */
async function callVerify(
  verify: VerifyFunction<never>,
  { profile, tokens, scope, request }: VerifiableLogin,
  passRequest: boolean,
): Promise<Verdict> {
  const params: TokenParams = { token_type: 'Bearer', expires_in: tokens.lifetime, scope };
  const withParams = verify.length === (passRequest ? 6 : 5);
  const [user, info] = await new Promise<Parameters<typeof demandUser>>((resolve, reject) => {
    const done: VerifyCallback = (error, ...said) => (error ? reject(error) : resolve(said));
    const given = [
      ...(passRequest ? [request] : []),
      tokens.access.reveal(),
      tokens.refresh?.reveal(),
      ...(withParams ? [params] : []),
      profile,
      done,
    ];
    // An async callback that throws must not be lost.
    Promise.resolve(Reflect.apply(verify, undefined, given)).catch(reject);
  });
  return demandUser(user, info);
}

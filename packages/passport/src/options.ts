import { type Aihubmix, type AihubmixOptions, ConfigurationError, createAihubmix } from '@aihubmix-auth/core';
import type { VerifyLogin } from './verify.js';

/** Who the application is to AIHubMix, as Passport strategies spell it. */
export interface PassportCredentials {
  /** The client id of the application, as registered with AIHubMix. */
  readonly clientID: string;
  /** Its secret. */
  readonly clientSecret: string;
  /** Where AIHubMix sends the browser back to: absolute and exactly as registered. */
  readonly callbackURL: string;
}

/** Who the application is to AIHubMix, as `optionsFromEnv()` and the other adapters spell it. */
export type CoreCredentials = Pick<AihubmixOptions, 'clientId' | 'clientSecret' | 'redirectUri'>;

type Credentials = PassportCredentials | CoreCredentials;

export interface CommonOptions
  extends Omit<AihubmixOptions, 'clientId' | 'clientSecret' | 'redirectUri' | 'scope' | 'name'> {
  /** Scopes to ask for: a list, or one string separated by spaces. Default `profile balance`. */
  readonly scope?: string | readonly string[];
  /** The strategy's name, and part of the cookie names. Default `aihubmix`. */
  readonly name?: string;
  /** Carries the session id in `req.session` of express-session instead of in a cookie of ours. Default `false`. */
  readonly useAppSession?: boolean;
  /** Who the user is to the application. Replaces the callback of `new Strategy(options, callback)`. */
  readonly verify?: VerifyLogin;
}

/** Options of the strategy: those of the core, in either spelling, and Passport's own. */
export type StrategyOptions = CommonOptions & Credentials & { readonly passReqToCallback?: false };

/** Options of a strategy whose callback is given the request first. */
export type StrategyOptionsWithRequest = CommonOptions & Credentials & { readonly passReqToCallback: true };

/** How Passport users know the core's options. */
const SPELLINGS = [
  ['clientId', 'clientID'],
  ['redirectUri', 'callbackURL'],
] as const;

/**
 * The core for the options of a strategy.
 *
 * @throws ConfigurationError in the spelling that the options are in.
 */
export function createCore(options: StrategyOptions | StrategyOptionsWithRequest): Aihubmix {
  const { useAppSession: _, verify: __, passReqToCallback: ___, scope, ...rest } = options;
  const asked = scope === undefined || typeof scope === 'string' ? scope : scope.join(' ');
  const scopeOption = asked === undefined ? {} : { scope: asked };
  if ('clientId' in rest) return createAihubmix({ ...rest, ...scopeOption });
  const { clientID: clientId, callbackURL: redirectUri, ...others } = rest;
  try {
    return createAihubmix({ ...others, ...scopeOption, clientId, redirectUri });
  } catch (error) {
    throw error instanceof ConfigurationError ? new ConfigurationError(error.mistakes.map(respelled)) : error;
  }
}

function respelled(mistake: string): string {
  const known = SPELLINGS.find(([core]) => mistake.startsWith(`${core} `));
  return known === undefined ? mistake : known[1] + mistake.slice(known[0].length);
}

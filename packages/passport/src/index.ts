export type { Account, AihubmixOptions, Balance, Tokens, User } from '@aihubmix-auth/core';
export { AihubmixError, ConfigurationError, optionsFromEnv } from '@aihubmix-auth/core';
export type { VerifyCallback } from 'passport-oauth2';
export { aihubmixPassport, type PassportAihubmix } from './aihubmix-passport.js';
export type { LoginInfo } from './info.js';
export type {
  CommonOptions,
  CoreCredentials,
  PassportCredentials,
  StrategyOptions,
  StrategyOptionsWithRequest,
} from './options.js';
export type { Profile } from './profile.js';
export { Strategy } from './strategy.js';
export type { TokenParams, VerifiableLogin, VerifyLogin } from './verify.js';

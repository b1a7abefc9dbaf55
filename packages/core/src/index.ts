export { type Aihubmix, createAihubmix } from './aihubmix.js';
export type { MaybePromise } from './async.js';
export { optionsFromEnv } from './env.js';
export {
  AihubmixError,
  type AihubmixErrorDetails,
  ConfigurationError,
  ERROR_STATUS,
  type ErrorCode,
  type StateProblem,
} from './errors.js';
export type { AihubmixEventName, AihubmixEvents, AihubmixListener, EndReason } from './events.js';
export type { CallbackChoices, CallbackResult, PendingLogin } from './http/callback.js';
export type { Admission } from './http/guard.js';
export type { LoginChoices } from './http/login.js';
export type { LoginTransaction } from './http/login-cookie.js';
export type { AuthRequest, AuthResponse, HeaderList, Outcome } from './http/messages.js';
export { ROUTE_METHODS, type RouteChoices } from './http/routes.js';
export type { SessionCarrier } from './http/session-carrier.js';
export type { AihubmixOptions, RouteName } from './options.js';
export type { UserInfoAnswer } from './provider/client.js';
export type { Balance, User, UserInfo } from './provider/profile.js';
export {
  type RegisteredApplication,
  type RegistrationRequest,
  registerApplication,
} from './provider/registration.js';
export type { Tokens } from './provider/tokens.js';
export { Secret } from './secret.js';
export type { Account, AccountFetchInit } from './session/account.js';
export { type MemoryStoreOptions, memoryStore } from './session/memory-store.js';
export type { SessionRecord } from './session/record.js';
export type { SessionLock, SessionStore } from './session/store.js';

export { type Aihubmix, type BrowserOptions, createAihubmix } from './client.js';
export { AihubmixError, type ErrorCode } from './errors.js';
export type { AihubmixEventName, AihubmixEvents, AihubmixListener } from './events.js';
export type { LoginOptions } from './login.js';
export type { Balance, LiveSession, RouteName, Session, User, UserInfo } from './types.js';

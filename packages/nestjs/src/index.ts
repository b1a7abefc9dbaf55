export type { Account, Aihubmix, Balance, User } from '@aihubmix-auth/core';
export { AihubmixError, ConfigurationError, optionsFromEnv } from '@aihubmix-auth/core';
export { getAihubmixToken } from './aihubmix.constants.js';
export { CurrentAccount, CurrentUser, InjectAihubmix, OptionalLogin, Public } from './aihubmix.decorators.js';
export { AihubmixException } from './aihubmix.exception.js';
export { AihubmixGuard } from './aihubmix.guard.js';
export { AihubmixModule } from './aihubmix.module.js';
export type {
  AihubmixModuleExtras,
  AihubmixModuleOptions,
  AihubmixOptionsFactory,
} from './aihubmix.options.js';

import type { Account, User } from '@aihubmix-auth/core';
import {
  type CustomDecorator,
  createParamDecorator,
  type ExecutionContext,
  Inject,
  SetMetadata,
} from '@nestjs/common';
import { knownAccount } from './accounts.js';
import { DEFAULT_NAME, getAihubmixToken } from './aihubmix.constants.js';
import { requestOf } from './request-of.js';

/** What the guard does on a route that is open: nothing, or look who is there. */
export type Access = 'public' | 'optional';

export const ACCESS = 'aihubmix:access';

/** Opens a route, or all routes of a controller, under a guard that holds for more than it. */
export const Public = (): CustomDecorator => SetMetadata(ACCESS, 'public' satisfies Access);

/**
 * Opens a route as `@Public()` does, and knows who is logged in all the same: `@CurrentUser()` and `@CurrentAccount()`
 * are `null` for a visitor.
 */
export const OptionalLogin = (): CustomDecorator => SetMetadata(ACCESS, 'optional' satisfies Access);

/**
 * Injects the core `Aihubmix` of an instance: events, `endSessionsOf`.
 *
 * @param name the `name` that `forRoot` was given.
 */
export const InjectAihubmix = (name?: string): PropertyDecorator & ParameterDecorator =>
  Inject(getAihubmixToken(name));

/** The parameter is the `Account` that the guard let pass: the user, and what can be done in their name. */
export const CurrentAccount: (name?: string) => ParameterDecorator = createParamDecorator(accountOf);

/** The parameter is the `User` that the guard let pass. */
export const CurrentUser: (name?: string) => ParameterDecorator = createParamDecorator(
  (name: string | undefined, context: ExecutionContext): User | null =>
    accountOf(name, context)?.user ?? null,
);

function accountOf(name: string = DEFAULT_NAME, context: ExecutionContext): Account | null {
  const account = knownAccount(requestOf(context), name);
  if (account !== undefined) return account;
  const guard = name === DEFAULT_NAME ? 'AihubmixGuard' : `AihubmixGuard.for('${name}')`;
  const route = `${context.getClass().name}.${context.getHandler().name}`;
  throw new Error(
    `@CurrentUser() and @CurrentAccount() need the guard: add @UseGuards(${guard}) to ${route}, or say @OptionalLogin() where it says @Public().`,
  );
}

import type { Account } from '@aihubmix-auth/core';
import type { PlatformRequest } from './aihubmix.requests.js';

/** Per request, by the name of the instance whose guard let it pass; `null` for a visitor. */
const accounts = new WeakMap<PlatformRequest, Map<string, Account | null>>();

export function rememberAccount(request: PlatformRequest, name: string, account: Account | null): void {
  const known = accounts.get(request) ?? new Map<string, Account | null>();
  accounts.set(request, known.set(name, account));
}

/** `undefined` where no guard has asked. */
export function knownAccount(request: PlatformRequest, name: string): Account | null | undefined {
  return accounts.get(request)?.get(name);
}

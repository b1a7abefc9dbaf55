import { setMaxListeners } from 'node:events';
import { FaultPlan } from './faults/fault-plan.js';
import { Journal } from './journal/journal.js';
import type { MockServerOptions } from './options.js';
import { Browsers } from './pages/browsers.js';
import { resolveSettings, type Settings } from './settings.js';
import { Apps } from './state/apps.js';
import { Codes } from './state/codes.js';
import { Tokens } from './state/tokens.js';
import { DEFAULT_USERS, Users } from './state/users.js';

/** All state of one mock provider. */
export interface Provider {
  readonly settings: Settings;
  readonly users: Users;
  readonly apps: Apps;
  readonly codes: Codes;
  readonly tokens: Tokens;
  readonly browsers: Browsers;
  readonly faults: FaultPlan;
  readonly journal: Journal;
  /** The base URL while a port is open. */
  listeningOn: string | undefined;
  /** Aborted when the server closes; renewed by the next opening. */
  closing: AbortController;
}

/** Every answer that a fault holds back listens to it, however many there are. */
export function createClosing(): AbortController {
  const closing = new AbortController();
  setMaxListeners(0, closing.signal);
  return closing;
}

/** A provider as it is at the start. */
export function createProvider(options: MockServerOptions): Provider {
  const settings = resolveSettings(options);
  return {
    settings,
    users: new Users(options.users ?? DEFAULT_USERS),
    apps: new Apps(options.apps ?? []),
    codes: new Codes(settings),
    tokens: new Tokens(settings),
    browsers: new Browsers(),
    faults: new FaultPlan(),
    journal: new Journal(),
    listeningOn: undefined,
    closing: createClosing(),
  };
}

/** Ends a user's grants, of one application if named, and the codes on the way to become one. */
export function revokeGrants(provider: Provider, userId: string, clientId?: string): void {
  provider.codes.revoke(userId, clientId);
  provider.tokens.revoke(userId, clientId);
}

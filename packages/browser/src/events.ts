import type { Balance, LiveSession } from './types.js';

/** What happened, by name. */
export interface AihubmixEvents {
  /** A user has logged in, here or in another tab. Not for the session that the page began with. */
  login: LiveSession;
  /** The session is over: logged out, here or in another tab, or come to its end. */
  logout: undefined;
  /** AIHubMix no longer accepts the login (`session_expired`): the user must log in again. Once for each session. */
  expired: undefined;
  /** A fresh balance, whoever asked for it. */
  balance: Balance;
}

export type AihubmixEventName = keyof AihubmixEvents;
export type AihubmixListener<Name extends AihubmixEventName> = (event: AihubmixEvents[Name]) => void;

export interface Events {
  /** Calls `listener` on every such event. Answers a function that ends it. */
  on<Name extends AihubmixEventName>(name: Name, listener: AihubmixListener<Name>): () => void;
  emit<Name extends AihubmixEventName>(name: Name, event: AihubmixEvents[Name]): void;
}

/** A list of listeners per event. One that throws is reported like any uncaught error, and harms no other. */
export function createEvents(): Events {
  const listeners = new Set<readonly [string, (event: never) => void]>();
  return {
    on(name, listener) {
      const entry = [name, listener] as const;
      listeners.add(entry);
      return () => void listeners.delete(entry);
    },
    emit(name, event) {
      for (const [wanted, listener] of [...listeners]) {
        if (wanted !== name) continue;
        try {
          (listener as (event: unknown) => void)(event);
        } catch (error) {
          reportError(error);
        }
      }
    },
  };
}

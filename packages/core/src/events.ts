import type { AihubmixError, ErrorCode, StateProblem } from './errors.js';

/** Why a session is over. */
export type EndReason =
  /** The user logged out. */
  | 'logout'
  /** The same browser logged in again, as the same user or another. */
  | 'new_login'
  /** The provider no longer accepts the refresh token: expired, or the user revoked the app. */
  | 'invalid_grant'
  /** The access token is over and the provider never gave a refresh token. */
  | 'no_refresh_token'
  /** The application's own session could not be saved, so that nobody ever held this one. */
  | 'handover_failed'
  /** The provider answered this session's token with another user's id. */
  | 'other_user';

/** What happened, by name. No event holds a token, code, cookie or secret. */
export interface AihubmixEvents {
  /** A user has logged in. */
  login: { readonly userId: string };
  /** A login ended in an error; `message` is the sentence that a JSON client is told. */
  loginFailed: { readonly code: ErrorCode; readonly reason?: StateProblem; readonly message: string };
  /** A user has logged out. */
  logout: { readonly userId: string };
  /** The provider gave a new access token; `duration` is the whole refresh in milliseconds. */
  refresh: { readonly userId: string; readonly duration: number };
  /** A refresh failed. The session is kept, unless `sessionEnded` follows. */
  refreshFailed: { readonly userId: string; readonly code: ErrorCode };
  /** A session is over, whatever the reason; `logout` comes with it when the user asked for it. */
  sessionEnded: { readonly userId: string; readonly reason: EndReason };
  /** A fault of the server's own side: `server_error` or `store_unavailable`. */
  fault: { readonly error: AihubmixError };
}

export type AihubmixEventName = keyof AihubmixEvents;
export type AihubmixListener<Name extends AihubmixEventName> = (event: AihubmixEvents[Name]) => void;

export interface Events {
  /** Calls `listener` on every such event. Answers a function that ends it. */
  on<Name extends AihubmixEventName>(name: Name, listener: AihubmixListener<Name>): () => void;
  emit<Name extends AihubmixEventName>(name: Name, event: AihubmixEvents[Name]): void;
}

/** A list of listeners per event. One that throws is reported as a process warning and harms nobody's login. */
export function createEvents(): Events {
  const listeners = new Map<AihubmixEventName, Set<(event: never) => void>>();
  return {
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => void set.delete(listener);
    },
    emit(name, event) {
      for (const listener of listeners.get(name) ?? []) {
        try {
          (listener as (event: unknown) => void)(event);
        } catch (error) {
          const problem = error instanceof Error ? error.message : String(error);
          process.emitWarning(`a listener for "${name}" threw: ${problem}`, 'AihubmixWarning');
        }
      }
    },
  };
}

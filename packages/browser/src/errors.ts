/** What the server answers; see the list of errors in the documentation of the server packages. */
type ServerErrorCode =
  | 'missing_parameters'
  | 'invalid_request'
  | 'unauthenticated'
  | 'session_expired'
  | 'access_denied'
  | 'invalid_state'
  | 'insufficient_scope'
  | 'csrf'
  | 'method_not_allowed'
  | 'server_error'
  | 'provider_error'
  | 'provider_unavailable'
  | 'store_unavailable';

/**
 * What went wrong. The server's codes, and our own: `offline` (no answer from the application's server),
 * `popup_closed` (the user closed the login window, or began another login) and `login_timeout` (not finished within ten minutes).
 */
export type ErrorCode = ServerErrorCode | 'offline' | 'popup_closed' | 'login_timeout';

/** What every promise of this package is rejected with. */
export class AihubmixError extends Error {
  override readonly name = 'AihubmixError';
  /** Stable; messages may change. */
  readonly code: ErrorCode;
  /** Whole seconds after which another try makes sense, where the server said so. */
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string = code, retryAfter?: number) {
    super(message);
    this.code = code;
    this.retryAfter = retryAfter;
  }
}

/** The code of any thrown value. */
export function codeOf(error: unknown): ErrorCode {
  return error instanceof AihubmixError ? error.code : 'server_error';
}

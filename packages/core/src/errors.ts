import { plainCause } from './cause.js';

/** Every error code that a client, a log or a metric can see, with the HTTP status it is answered with. */
export const ERROR_STATUS = {
  missing_parameters: 400,
  invalid_request: 400,
  unauthenticated: 401,
  session_expired: 401,
  access_denied: 403,
  invalid_state: 403,
  insufficient_scope: 403,
  csrf: 403,
  method_not_allowed: 405,
  server_error: 500,
  provider_error: 502,
  provider_unavailable: 503,
  store_unavailable: 503,
} as const;

/** The stable name of what went wrong. Codes are part of the API; messages may change. */
export type ErrorCode = keyof typeof ERROR_STATUS;

/** Which of its causes an `invalid_state` has. */
export type StateProblem = 'cookie_missing' | 'other_login' | 'unreadable' | 'expired' | 'used';

export interface AihubmixErrorDetails {
  /** The error underneath. Kept as a plain copy that holds no request, response or secret. */
  readonly cause?: unknown;
  /** Whole seconds after which another try makes sense, as the provider said (RFC 9110 §10.2.3). */
  readonly retryAfter?: number | undefined;
  /** With `invalid_state` only: which of its causes it was. */
  readonly reason?: StateProblem;
  /** Values that must not be seen in `cause`; they are replaced by `[redacted]`. */
  readonly secrets?: readonly string[];
}

/**
 * What every function of this library throws when something outside the program goes wrong.
 * It holds a stable `code`, the HTTP `status` that belongs to it and a sentence for a developer; never a token,
 * code, cookie or secret, in none of its fields.
 */
export class AihubmixError extends Error {
  override readonly name = 'AihubmixError';
  readonly code: ErrorCode;
  /** The HTTP status that the contract gives this code. */
  readonly status: number;
  /** The same, where Fastify looks for it. */
  readonly statusCode: number;
  /** That the message may be shown to a client: it is written for one. Koa and `http-errors` look here. */
  readonly expose = true;
  /** Headers for an answer that an application makes of this error; Express and Koa set them by themselves. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly retryAfter?: number;
  readonly reason?: StateProblem;

  constructor(code: ErrorCode, message: string, details: AihubmixErrorDetails = {}) {
    super(
      message,
      details.cause === undefined ? undefined : { cause: plainCause(details.cause, details.secrets) },
    );
    this.code = code;
    this.status = ERROR_STATUS[code];
    this.statusCode = this.status;
    if (details.retryAfter !== undefined) {
      this.retryAfter = details.retryAfter;
      this.headers = { 'retry-after': String(details.retryAfter) };
    }
    if (details.reason !== undefined) this.reason = details.reason;
  }

  /** The body of an error answer: `{"error":"<code>","message":"<sentence>"}`. */
  toJSON(): { error: ErrorCode; message: string } {
    return { error: this.code, message: this.message };
  }
}

/**
 * Thrown once, at start, when the options cannot work. `mistakes` holds one sentence for each, all of them, so that
 * one run shows everything there is to mend.
 */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly code = 'invalid_configuration';
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[]) {
    super(`aihubmix-auth cannot start:\n${mistakes.map((mistake) => `  - ${mistake}`).join('\n')}`);
    this.mistakes = mistakes;
  }
}

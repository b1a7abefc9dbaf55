import type { Violation } from './journal/violations.js';

/** An error answer of an endpoint, OAuth style. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  /** The OAuth error code, RFC 6749 §5.2 and RFC 6750 §3.1. */
  readonly code: string;
  /** HTTP status, 400 by default. */
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** The misuse of the protocol that this shows, if it shows one. */
  readonly violation: Violation | undefined;

  constructor(
    code: string,
    description: string,
    details: { status?: number; headers?: Record<string, string>; violation?: Violation } = {},
  ) {
    super(description);
    this.code = code;
    this.status = details.status ?? 400;
    this.headers = details.headers ?? {};
    this.violation = details.violation;
  }

  /** The JSON answer; never to be stored. */
  toResponse(): Response {
    return Response.json(
      { error: this.code, error_description: this.message },
      { status: this.status, headers: { ...NO_STORE, ...this.headers } },
    );
  }
}

/** Headers of answers that hold tokens or personal data, RFC 6749 §5.1. */
export const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' } as const;

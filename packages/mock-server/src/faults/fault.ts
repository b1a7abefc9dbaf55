/** How an endpoint misbehaves. See {@link MockServer.fault}. */
export type Fault =
  /** Waits, then answers normally, whether the client is still there or not. */
  | { type: 'latency'; ms: number }
  /** Never answers and does no work, until the client or `close()` gives up. */
  | { type: 'hang' }
  /**
   * Cuts the connection: before doing the work (default), or after it, so that only the answer is lost
   * (`after` on a refresh means that the tokens were rotated).
   */
  | { type: 'drop'; when?: 'before' | 'after' }
  /** Answers a status instead of doing the work. */
  | { type: 'status'; status: number; headers?: Record<string, string>; body?: string }
  /** Answers these bytes instead of doing the work. Content type: `application/json` unless given. */
  | {
      type: 'body';
      body: string | Uint8Array;
      contentType?: string;
      status?: number;
      headers?: Record<string, string>;
    }
  /**
   * The real JSON answer with these fields replaced. A value of undefined, or a name in `remove`
   * (for JSON, which has no undefined), takes the field away.
   */
  | { type: 'patch'; patch: Record<string, unknown>; remove?: readonly string[] }
  /** HTTP 200 with the gateway's error in it, `success-false` by default. */
  | { type: 'gateway-error'; message?: string; shape?: 'success-false' | 'error-object' }
  /** The real answer, one byte at a time. */
  | { type: 'slow-body'; msPerByte: number };

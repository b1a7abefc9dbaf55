/** Who may end an answer early, and how it reaches its client. */
export interface Patience {
  /** Aborted when the client gives up. */
  readonly client: AbortSignal;
  /** Aborted when the server closes. */
  readonly closing: AbortSignal;
  /** Whether the answer goes out on a port, and not to a caller in process. */
  readonly onPort: boolean;
}

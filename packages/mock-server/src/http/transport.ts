/** How a request came in. */
export interface Transport {
  /** Whether it came through a port, and not from a caller in process. */
  readonly onPort: boolean;
}

/** Answers requests; rejects with {@link ConnectionDropped} for a connection that is to be cut. */
export type Handle = (request: Request, transport: Transport) => Promise<Response>;

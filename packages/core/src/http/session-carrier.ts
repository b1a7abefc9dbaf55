/**
 * Carries the session id in a session that the application has already (express-session, koa-session,
 * @fastify/session), so that both live and end together. Made by an adapter, for one request.
 */
export interface SessionCarrier {
  /** The id that the application's session holds. */
  read(): string | undefined;
  /** Begins a new session of the application, with a new id of its own (against fixation), that holds `id`; settles once it is saved. */
  begin(id: string): Promise<void>;
  /** Ends the application's session. */
  end(): Promise<void>;
}

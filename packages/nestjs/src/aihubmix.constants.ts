/** The name of an instance that was given none. */
export const DEFAULT_NAME = 'aihubmix';

/**
 * The token that an instance's core `Aihubmix` is injected by, for `app.get()`, `overrideProvider()` and `inject: []`.
 *
 * @param name the `name` that `forRoot` was given.
 */
export function getAihubmixToken(name: string = DEFAULT_NAME): string {
  return `AIHUBMIX(${name})`;
}

/** The token of what turns requests into the core's terms, per instance. */
export function getRequestsToken(name: string): string {
  return `AIHUBMIX_REQUESTS(${name})`;
}

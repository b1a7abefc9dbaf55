import { inspect } from 'node:util';

const REDACTED = '[redacted]';

/**
 * A string that prints as `[redacted]`, in `JSON.stringify`, `util.inspect`, template literals and logs alike.
 * The value is in a private field: only `reveal()` gives it, so every use of it can be found by name.
 */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The value itself. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return REDACTED;
  }

  toJSON(): string {
    return REDACTED;
  }

  [inspect.custom](): string {
    return REDACTED;
  }
}

import { ConfigurationError } from '@aihubmix-auth/core';

/** Mistakes of the one who starts the demo, gathered from everywhere so that one run shows them all. */
export class Mistakes {
  readonly #sentences: string[] = [];

  get sentences(): readonly string[] {
    return this.#sentences;
  }

  add(...sentences: readonly string[]): void {
    this.#sentences.push(...sentences);
  }

  /** What `attempt` answers; undefined, with its mistakes noted, when it throws a ConfigurationError. */
  async noteFrom<Result>(attempt: () => Result | Promise<Result>): Promise<Result | undefined> {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof ConfigurationError)) throw error;
      this.add(...error.mistakes);
      return undefined;
    }
  }
}

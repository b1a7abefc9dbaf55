import { type AihubmixOptions, optionsFromEnv } from '@aihubmix-auth/core';
import { tell } from './log.js';
import type { Mistakes } from './mistakes.js';
import { embedProvider } from './provider.js';
import { storeFromEnv } from './store.js';

/** What the app logs in with, and how to let go of what runs beside it. */
export interface Configuration {
  readonly options: AihubmixOptions;
  close(): Promise<void>;
}

/** Whether the environment asks for the real provider. An empty client id does too, and is a mistake then. */
export function namesProvider(env: NodeJS.ProcessEnv): boolean {
  return env.AIHUBMIX_CLIENT_ID !== undefined;
}

/** The configuration that the environment holds; undefined, with its mistakes noted, where it cannot work. */
export async function configurationFromEnv(
  env: NodeJS.ProcessEnv,
  mistakes: Mistakes,
): Promise<Configuration | undefined> {
  const options = await mistakes.noteFrom(() => optionsFromEnv(env));
  const shared = await mistakes.noteFrom(() => storeFromEnv(env));
  if (options === undefined) return undefined;
  if (shared === undefined) return { options, close: async () => {} };
  return { options: { ...options, store: shared.store }, close: () => shared.close() };
}

/** A configuration with no account anywhere: a mock provider that runs along with the app at `appUrl`. */
export async function embeddedConfiguration(env: NodeJS.ProcessEnv, appUrl: string): Promise<Configuration> {
  const provider = await embedProvider(appUrl);
  const ignored = Object.keys(env).filter((name) => /^(AIHUBMIX_[A-Z_]+|REDIS_URL)$/.test(name));
  tell(`mock provider at ${provider.url}: sign in as anyone it offers`);
  if (ignored.length > 0) tell(`without AIHUBMIX_CLIENT_ID these are not used: ${ignored.join(', ')}`);
  return { options: provider.options, close: () => provider.close() };
}

import { type AihubmixOptions, ConfigurationError } from '@aihubmix-auth/core';
import type { Args } from './args.js';
import {
  type Configuration,
  configurationFromEnv,
  embeddedConfiguration,
  namesProvider,
} from './configuration.js';
import { logEvents, tell } from './log.js';
import { Mistakes } from './mistakes.js';
import { openPort, type Port } from './port.js';
import { type DemoApp, loadTarget, type Target } from './target.js';

/** A demo that answers requests. */
export interface Demo {
  readonly url: string;
  close(): Promise<void>;
}

interface Parts {
  readonly framework: Target;
  readonly port: Port;
  readonly configuration: Configuration;
}

/**
 * Starts everything that the arguments and the environment ask for.
 *
 * @throws ConfigurationError with one sentence per mistake in either. What was opened by then ends with the process.
 */
export async function startDemo(args: Args, env: NodeJS.ProcessEnv): Promise<Demo> {
  const { framework, port, configuration } = await gather(args, env);
  const { options } = configuration;
  const app = await (await loadTarget(framework))(options);
  logEvents(app.core);
  warnOfOtherOrigin(options, port);
  port.serve(app.listener);
  return { url: port.url, close: () => closeAll(port, app, configuration) };
}

async function gather(args: Args, env: NodeJS.ProcessEnv): Promise<Parts> {
  const mistakes = new Mistakes();
  mistakes.add(...args.mistakes);
  const fromEnv = namesProvider(env) ? await configurationFromEnv(env, mistakes) : undefined;
  const { framework, port: number } = args;
  const port = number === undefined ? undefined : await mistakes.noteFrom(() => openPort(number));
  if (mistakes.sentences.length > 0 || framework === undefined || port === undefined) {
    throw new ConfigurationError(mistakes.sentences);
  }
  return { framework, port, configuration: fromEnv ?? (await embeddedConfiguration(env, port.url)) };
}

/** Behind a proxy the two differ rightly; on one machine the browser would come back to a port that nobody serves. */
function warnOfOtherOrigin({ redirectUri }: AihubmixOptions, port: Port): void {
  const { origin } = new URL(redirectUri);
  if (origin === port.url) return;
  tell(
    `AIHUBMIX_REDIRECT_URI is on ${origin}: that origin has to lead here, to ${port.url}, and is the one to open`,
  );
}

async function closeAll(port: Port, app: DemoApp, configuration: Configuration): Promise<void> {
  await port.close();
  await app.close();
  await configuration.close();
}

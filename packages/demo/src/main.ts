import { ConfigurationError } from '@aihubmix-auth/core';
import { readArgs, USAGE } from './args.js';
import { startDemo } from './demo.js';
import { tell } from './log.js';
import { stopRequest } from './stop.js';

/** How long closing may take, in milliseconds, before the process ends without it. */
const PATIENCE = 1_500;

let close = async () => {};

async function stop(): Promise<void> {
  setTimeout(() => process.exit(0), PATIENCE).unref();
  await close().catch((error: unknown) => tell(`closing failed: ${String(error)}`));
  process.exit(0);
}

async function start(): Promise<void> {
  const args = readArgs(process.argv.slice(2));
  if (args.help) {
    process.stdout.write(`${USAGE}\n`);
    process.exit(0);
  }
  const demo = await startDemo(args, process.env);
  close = () => demo.close();
  process.stdout.write(`listening on ${demo.url}\n`);
}

function refuse(error: unknown): void {
  if (!(error instanceof ConfigurationError)) throw error;
  for (const sentence of error.mistakes) tell(sentence);
  process.exit(1);
}

void stopRequest().then(stop);
await start().catch(refuse);

import { parseArgs } from 'node:util';
import { TARGETS, type Target } from './target.js';

/** What the command line asks for. */
export interface Args {
  readonly help: boolean;
  /** Undefined where what was given is a mistake. */
  readonly framework: Target | undefined;
  /** 0: a free one. Undefined where what was given is a mistake. */
  readonly port: number | undefined;
  /** One sentence each. */
  readonly mistakes: readonly string[];
}

/** What `--help` prints. */
export const USAGE = `Usage: pnpm demo [--framework <name>] [--port <n>]

  --framework <name>  ${TARGETS.join(', ')} (default express)
  --port <n>          the port to listen on, 0 for a free one (default 3000)
  --help              print this

Without AIHUBMIX_CLIENT_ID in the environment a mock provider runs along. With it, the login goes to AIHubMix, by
AIHUBMIX_CLIENT_ID, AIHUBMIX_CLIENT_SECRET, AIHUBMIX_REDIRECT_URI and AIHUBMIX_SESSION_SECRET, and where they are set
AIHUBMIX_BASE_URL, AIHUBMIX_TRUSTED_ORIGINS and REDIS_URL.`;

const OPTIONS = {
  framework: { type: 'string', default: 'express' },
  port: { type: 'string', default: '3000' },
  help: { type: 'boolean', default: false },
} as const;

/** Reads the command line. Nothing throws: every mistake is in `mistakes`, so that all can be told together. */
export function readArgs(argv: readonly string[]): Args {
  // `npm run demo -- --port 4000` is a habit; pnpm passes the `--` on.
  const args = argv[0] === '--' ? argv.slice(1) : [...argv];
  const { values, tokens } = parseArgs({ args, options: OPTIONS, strict: false, tokens: true });
  const framework = TARGETS.find((target) => target === values.framework);
  const port = portIn(values.port);
  const mistakes = tokens.flatMap(strayIn);
  if (framework === undefined) mistakes.push(`--framework must be one of ${TARGETS.join(', ')}.`);
  if (port === undefined) mistakes.push('--port must be a whole number from 0 to 65535.');
  return { help: values.help === true, framework, port, mistakes };
}

type Token = NonNullable<ReturnType<typeof parseArgs>['tokens']>[number];

/** The mistake that an argument is by being there at all. */
function strayIn(token: Token): string[] {
  if (token.kind === 'positional')
    return [`"${token.value}" is not an argument of this command; see --help.`];
  if (token.kind === 'option-terminator') return [];
  if (!Object.hasOwn(OPTIONS, token.name)) return [`${token.rawName} is not an option; see --help.`];
  if (token.name === 'help' && token.value !== undefined) return ['--help takes no value.'];
  return [];
}

function portIn(value: unknown): number | undefined {
  if (typeof value !== 'string' || !/^\d{1,5}$/.test(value)) return undefined;
  const port = Number(value);
  return port <= 65_535 ? port : undefined;
}

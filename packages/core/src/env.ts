import { sentences } from './config.js';
import { ConfigurationError } from './errors.js';
import type { AihubmixOptions } from './options.js';
import { findMistakes, type Mistake } from './options-check.js';

/** Which variable holds which option. */
const VARIABLES = {
  clientId: 'AIHUBMIX_CLIENT_ID',
  clientSecret: 'AIHUBMIX_CLIENT_SECRET',
  redirectUri: 'AIHUBMIX_REDIRECT_URI',
  sessionSecret: 'AIHUBMIX_SESSION_SECRET',
  baseUrl: 'AIHUBMIX_BASE_URL',
  trustedOrigins: 'AIHUBMIX_TRUSTED_ORIGINS',
} as const;

type Option = keyof typeof VARIABLES;

/**
 * Reads the options off the environment: `AIHUBMIX_CLIENT_ID`, `AIHUBMIX_CLIENT_SECRET`, `AIHUBMIX_REDIRECT_URI`,
 * `AIHUBMIX_SESSION_SECRET`, and, where they are set, `AIHUBMIX_BASE_URL` and `AIHUBMIX_TRUSTED_ORIGINS` (several with
 * commas). A variable that is set and empty is a mistake.
 *
 * @throws ConfigurationError with one sentence per mistake, naming the variable.
 */
export function optionsFromEnv(env: NodeJS.ProcessEnv = process.env): AihubmixOptions {
  const baseUrl = listIn(env[VARIABLES.baseUrl]);
  const trustedOrigins = listIn(env[VARIABLES.trustedOrigins]);
  const options = {
    clientId: env[VARIABLES.clientId] ?? '',
    clientSecret: env[VARIABLES.clientSecret] ?? '',
    redirectUri: env[VARIABLES.redirectUri] ?? '',
    sessionSecret: env[VARIABLES.sessionSecret] ?? '',
    ...(baseUrl === undefined ? {} : { baseUrl }),
    ...(trustedOrigins === undefined ? {} : { trustedOrigins }),
  };
  const mistakes = findMistakes(options).map((mistake) => withAbsence(mistake, env));
  if (mistakes.length > 0) throw new ConfigurationError(sentences(mistakes, variableOf));
  return options;
}

function listIn(value: string | undefined): string[] | undefined {
  return value?.split(',').map((item) => item.trim());
}

/** Absent and empty variables are told apart from wrong ones. */
function withAbsence(mistake: Mistake, env: NodeJS.ProcessEnv): Mistake {
  const value = env[variableOf(mistake.option)];
  if (value !== undefined && value.trim() !== '') return mistake;
  const state = value === undefined ? 'is not set' : 'is empty';
  return { option: mistake.option, problem: `${state}: it ${mistake.problem}` };
}

function variableOf(option: string): string {
  return VARIABLES[option as Option] ?? option;
}

import { readFileSync } from 'node:fs';
import type { MockServer } from '@aihubmix-auth/mock-server';
import { ATTEMPT, type Step } from './watched.js';

/** A refresh for which the provider rotated, and which was cut off before it told of the write. */
export interface Cut {
  readonly key: string;
  readonly reason: 'the process was killed' | 'the answer came too late';
}

/** What the journals of the processes and of the provider say together. */
export interface Findings {
  /** How many rotations the provider made. */
  readonly rotations: number;
  readonly cuts: readonly Cut[];
  /** How often a spent refresh token was presented. */
  readonly presentedTwice: number;
  /** Those of them that no cut explains. */
  readonly unexplained: readonly string[];
}

interface JournalInput {
  readonly provider: MockServer;
  /** The file that the processes wrote. */
  readonly file: string;
  /** Names of the processes that were killed. */
  readonly killed: ReadonlySet<string>;
  /** How long a refresh waits for its answer at least before it is given up, in milliseconds. */
  readonly patience: number;
}

type TokenRequest = MockServer['requests'][number];

/**
 * Finds for each refresh token that was presented again the refresh that had spent it. Only two things explain that its
 * new tokens were not there: its process was killed before it told of the write, or the answer came after its deadline.
 */
export function findingsOf({ provider, file, killed, patience }: JournalInput): Findings {
  const attempts = attemptsIn(file);
  const refreshes = provider.requests.filter(
    ({ endpoint, params }) => endpoint === 'token' && params.grant_type === 'refresh_token',
  );
  const rotations = refreshes.filter(({ status, fault }) => status === 200 && fault !== 'body');
  const cutOf = (request: TokenRequest): Cut | undefined => {
    const { stored, failed, ended, key = '?' } = attempts.get(attemptOf(request)) ?? {};
    if (stored) return undefined;
    if (failed && (failed.after ?? 0) >= patience) return { key, reason: 'the answer came too late' };
    if (failed || ended || !killed.has(processOf(request))) return undefined;
    return { key, reason: 'the process was killed' };
  };
  const spentBy = new Map(rotations.map((request) => [request.params.refresh_token, request]));
  const repeated = refreshes.flatMap((request) => {
    const first = spentBy.get(request.params.refresh_token);
    return first && first !== request && reachedTheWork(request) ? [first] : [];
  });
  return {
    rotations: rotations.length,
    cuts: rotations.flatMap((request) => cutOf(request) ?? []),
    presentedTwice: repeated.length,
    unexplained: repeated
      .filter((first) => cutOf(first) === undefined)
      .map((first) => `${attemptOf(first)}: ${JSON.stringify(attempts.get(attemptOf(first)))}`),
  };
}

interface Attempt {
  readonly key: string;
  stored?: boolean;
  failed?: Step;
  ended?: boolean;
}

function attemptsIn(file: string): Map<string, Attempt> {
  const attempts = new Map<string, Attempt>();
  for (const line of readFileSync(file, 'utf8').trimEnd().split('\n')) {
    const step = JSON.parse(line) as Step;
    const attempt = attempts.get(step.attempt) ?? { key: step.key };
    attempts.set(step.attempt, attempt);
    if (step.at === 'stored' && step.replaced) attempt.stored = true;
    if (step.at === 'failed') attempt.failed = step;
    if (step.at === 'released') attempt.ended = true;
  }
  return attempts;
}

/** Whether the provider looked at the token, and did not answer a fault instead. */
function reachedTheWork({ fault }: TokenRequest): boolean {
  return fault === null || fault === 'latency';
}

function attemptOf({ headers }: TokenRequest): string {
  return headers[ATTEMPT] ?? '?';
}

function processOf(request: TokenRequest): string {
  return attemptOf(request).split(':')[0] ?? '?';
}

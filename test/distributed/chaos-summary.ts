import type { MockServer } from '@aihubmix-auth/mock-server';
import type { Findings } from './chaos-journal.js';
import type { Traffic } from './chaos-traffic.js';
import type { Trouble } from './chaos-trouble.js';

interface Run {
  readonly seed: number;
  readonly seconds: number;
  readonly visitors: number;
  readonly provider: MockServer;
  readonly traffic: Traffic;
  readonly trouble: Trouble;
  readonly findings: Findings;
}

/** A few lines about what was done and what was lost. */
export function summaryOf({ seed, seconds, visitors, provider, traffic, trouble, findings }: Run): string {
  const { requests, slowest, answers, logins, logouts, losses } = traffic;
  const { killed, redisRestarts } = trouble;
  const { rotations, cuts, presentedTwice, unexplained } = findings;
  const tokenRequests = provider.count('token', 'refresh_token');
  const reasonOf = new Map(cuts.map(({ key, reason }) => [key, reason]));
  return [
    `chaos, CHAOS_SEED=${seed}: ${requests} requests for ${visitors} users in ${seconds.toFixed(1)} s, the slowest ${Math.round(slowest)} ms`,
    `answers: ${listed(answers)}`,
    `refreshes: ${tokenRequests} token requests, ${rotations} rotations; of ${provider.requests.length} requests to the provider: ${listed(faultsOf(provider))}`,
    `processes killed: ${killed.size}; Redis restarted: ${redisRestarts.length} (${redisRestarts.join(', ')})`,
    `refreshes cut off between rotation and write: ${cuts.length}; refresh tokens presented twice: ${presentedTwice}, unexplained: ${unexplained.length}`,
    `sessions: ${visitors + logins} begun, ${logouts} logged out, ${losses.length} lost`,
    ...losses.map(
      ({ visit, answer }) =>
        `  ${visit.visitor.username}: ${answer}, because ${reasonOf.get(visit.key) ?? 'of something unexplained'}`,
    ),
  ].join('\n');
}

function faultsOf(provider: MockServer): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { fault, status } of provider.requests) {
    if (fault === null) continue;
    const name = fault === 'status' ? `${status}` : (NAMES[fault] ?? fault);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

const NAMES: Readonly<Record<string, string>> = {
  latency: 'answered after a random wait',
  body: 'HTML page',
  drop: 'connection cut',
};

function listed(counts: ReadonlyMap<string, number>): string {
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name} × ${count}`)
    .join(', ');
}

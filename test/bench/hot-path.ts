import { type AuthRequest, memoryStore } from '@aihubmix-auth/core';
import { decimals, median, spread, table, whole } from './figures.js';
import { createLogin, NO_PROVIDER } from './login.js';
import { expressSession, ironSession, type Peer, secureSession } from './peers.js';
import { beginSessions, tokensOf } from './sessions.js';

export interface HotPathSettings {
  readonly sessions: number;
  readonly rounds: number;
  /** How often each is called in one round. */
  readonly calls: number;
}

export interface HotPathResult {
  readonly settings: HotPathSettings;
  /** Ours first; nanoseconds per call, one for each round. */
  readonly rows: readonly { readonly name: string; readonly nanoseconds: readonly number[] }[];
}

/** How long it takes to tell who a request comes from, in turns with others who do the same. */
export async function measureHotPath(settings: HotPathSettings): Promise<HotPathResult> {
  const { sessions, rounds, calls } = settings;
  const peers = await Promise.all([
    ourGuard(sessions),
    secureSession(sessions),
    ironSession(sessions),
    expressSession(sessions),
  ]);
  const rows = peers.map(({ name }) => ({ name, nanoseconds: [] as number[] }));
  // The first round warms all of them up.
  for (let round = 0; round <= rounds; round += 1) {
    for (const [index, peer] of peers.entries()) {
      const nanoseconds = await timeOf(peer, calls);
      if (round > 0) rows[index]?.nanoseconds.push(nanoseconds);
    }
  }
  await Promise.all(peers.map((peer) => peer.close?.()));
  return { settings, rows };
}

async function timeOf(peer: Peer, calls: number): Promise<number> {
  const run = await peer.prepare(Math.max(Math.ceil(calls * peer.part), 1));
  const begin = process.hrtime.bigint();
  const count = await run();
  return Number(process.hrtime.bigint() - begin) / count;
}

async function ourGuard(sessions: number): Promise<Peer> {
  const auth = createLogin(NO_PROVIDER, memoryStore());
  const cookies = await beginSessions(auth, sessions, () => tokensOf(200, 43));
  const requests = cookies.map(requestWith);
  return {
    name: '`guard()`, memory store',
    part: 1,
    async prepare(calls) {
      return async () => {
        for (let call = 0; call < calls; call += 1) {
          const request = requests[call % requests.length];
          const admission = request && auth.guard(request);
          if (admission === undefined || admission instanceof Promise || !admission.admitted) {
            throw new Error('The guard lets nobody in.');
          }
        }
        return calls;
      };
    },
    close: () => auth.close(),
  };
}

function requestWith(cookie: string): AuthRequest {
  const headers: Readonly<Record<string, string>> = { accept: 'text/html', cookie: `theme=dark; ${cookie}` };
  return {
    method: 'GET',
    url: '/private',
    header: (name) => headers[name],
    form: async () => undefined,
    carrier: undefined,
  };
}

export function reportHotPath({ settings, rows }: HotPathResult): string {
  const [ours] = rows;
  if (ours === undefined) throw new TypeError('Nothing was measured.');
  const lines = rows.map(({ name, nanoseconds }) => [
    name,
    spread(nanoseconds, whole),
    decimals(median(nanoseconds) / median(ours.nanoseconds)),
  ]);
  return `What it takes to tell who a request comes from, over ${whole(settings.sessions)} sessions, with no HTTP around it. All of them in turn in one process,
${settings.rounds} rounds; nanoseconds per call: the median, in brackets the smallest and the largest. \`express-session\` is timed up to \`next()\`
without what it does at the end of the answer, which favours it, and with many requests at once, so that its \`setImmediate\` costs little.

${table(['', 'ns', 'ratio to ours'], lines)}`;
}

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AihubmixError } from '../errors.js';
import { createEvents } from '../events.js';
import { GrantRejected, type ProviderClient, TokenRejected } from '../provider/client.js';
import type { Tokens } from '../provider/tokens.js';
import { Secret } from '../secret.js';
import { memoryStore } from './memory-store.js';
import { createRefresher } from './refresher.js';
import { createSealer } from './sealing.js';
import { createSessions, type LiveSession } from './sessions.js';
import type { SessionStore } from './store.js';
import { createTokenKeeper } from './token-keeper.js';
import { createTokenVault } from './token-vault.js';

const HOUR = 3_600_000;
const LEASE = 15_000;
const USER = { id: '1', username: 'ada', email: null, createdAt: null, status: 1 };

/** What one actor does with the one session; each runs in a process of its own. */
type Act = 'call' | 'call twice' | 'rename the user' | 'log out';

/**
 * A provider as strict as the real one may be: refresh tokens are good for one use, and a second use of one revokes the
 * whole family (RFC 9700 §4.14).
 */
function strictProvider(failures: readonly boolean[]) {
  let generation = 0;
  let revoked = false;
  const failing = [...failures];
  const provider = {
    presentedTwice: 0,
    refreshes: 0,
    get working() {
      return revoked ? undefined : `access-${generation}`;
    },
    refresh(token: string): Tokens {
      if (failing.shift()) throw new AihubmixError('provider_unavailable', 'down');
      if (revoked || token !== `refresh-${generation}`) {
        provider.presentedTwice += 1;
        revoked = true;
        throw new GrantRejected();
      }
      generation += 1;
      provider.refreshes += 1;
      return {
        access: new Secret(`access-${generation}`),
        refresh: new Secret(`refresh-${generation}`),
        lifetime: 7_200,
      };
    },
  };
  return provider;
}

/** The world: one store, one provider, and processes whose every step waits for its turn. */
async function createWorld(scheduler: fc.Scheduler, failures: readonly boolean[]) {
  const clock = { now: 0 };
  const now = () => clock.now;
  const inner = memoryStore({ now });
  const provider = strictProvider(failures);
  const sealer = createSealer(['a secret of more than 32 characters']);
  const vault = createTokenVault('client', sealer, now);
  const ended: string[] = [];

  function createProcess() {
    const life = { dead: false };
    /** A step that another process may come in front of; the steps of a dead process never end. */
    const step = async <T>(label: string, work: () => T): Promise<T> => {
      await scheduler.schedule(Promise.resolve(), label);
      if (life.dead) return new Promise<never>(() => {});
      const result = work();
      await scheduler.schedule(Promise.resolve(), `${label}, answered`);
      return life.dead ? new Promise<never>(() => {}) : result;
    };
    const store = new Proxy(inner, {
      get:
        (target, name: keyof SessionStore) =>
        (...operands: never[]) =>
          step(`store.${name}`, () => Reflect.apply(target[name], target, operands)),
    });
    const events = createEvents();
    events.on('sessionEnded', ({ reason }) => ended.push(reason));
    const settings = { clientId: 'client', sessionMaxAge: 86_400, sessionIdleTimeout: 86_400 };
    const sessions = createSessions(settings, store, vault, events, now);
    const client = { refresh: (token: Secret) => step('refresh', () => provider.refresh(token.reveal())) };
    const refresher = createRefresher({
      provider: client as unknown as ProviderClient,
      sessions,
      store,
      vault,
      events,
      monotonic: now,
      timeout: 10_000,
      storeTimeout: 2_000,
      pause: async () => void (await step('pause', () => undefined)),
    });
    const keeper = createTokenKeeper(refresher, vault, now);
    return { life, store, sessions, keeper };
  }

  const direct = createSessions(
    { clientId: 'client', sessionMaxAge: 86_400, sessionIdleTimeout: 86_400 },
    inner,
    vault,
    createEvents(),
    now,
  );
  const tokens = { access: new Secret('access-0'), refresh: new Secret('refresh-0'), lifetime: 7_200 };
  const { id } = await direct.begin(USER, tokens, 'profile balance');
  clock.now = 3 * HOUR;
  return { clock, provider, ended, id, direct, createProcess };
}

type World = Awaited<ReturnType<typeof createWorld>>;
type Process = ReturnType<World['createProcess']>;

/** One call to the provider: it accepts the newest token only. */
async function call(world: World, { sessions, keeper }: Process, results: string[]): Promise<void> {
  const session = await sessions.find(world.id);
  if (session === undefined) return void results.push('unauthenticated');
  try {
    await keeper.use(session, new AbortController().signal, async (token) => {
      if (token.reveal() !== world.provider.working) throw new TokenRejected();
    });
    results.push('ok');
  } catch (error) {
    results.push(error instanceof AihubmixError ? error.code : String(error));
  }
}

async function rename({ sessions, store }: Process, id: string): Promise<void> {
  const session = await sessions.find(id);
  if (session === undefined) return;
  const { key, record } = session;
  await store.replace(key, record.version, {
    ...record,
    user: { ...USER, username: 'lovelace' },
    version: record.version + 1,
  });
}

async function act(world: World, what: Act, results: string[]): Promise<void> {
  const process = world.createProcess();
  if (what === 'rename the user') return rename(process, world.id);
  if (what === 'log out') {
    const session = await process.sessions.find(world.id);
    if (session !== undefined) await process.sessions.end(session, 'logout');
    return;
  }
  await call(world, process, results);
  if (what === 'call twice') await call(world, process, results);
}

async function tokensNow(world: World): Promise<LiveSession | undefined> {
  return world.direct.find(world.id);
}

const acts = fc.array(fc.constantFrom<Act>('call', 'call', 'call twice', 'rename the user', 'log out'), {
  minLength: 1,
  maxLength: 5,
});

describe('whatever the order in which the steps of several processes run', () => {
  test('no refresh token is presented twice, no call fails for another reason than its own, and no logout is undone', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        acts,
        fc.array(fc.boolean(), { maxLength: 2 }),
        async (scheduler, plan, failures) => {
          const world = await createWorld(scheduler, failures);
          const results: string[] = [];
          await scheduler.waitFor(Promise.all(plan.map((what) => act(world, what, results))));

          expect(world.provider.presentedTwice).toBe(0);
          const loggedOut = plan.includes('log out');
          const session = await tokensNow(world);
          expect(session === undefined).toBe(loggedOut);
          for (const result of results) {
            const allowed = [
              'ok',
              ...(failures.includes(true) ? ['provider_unavailable'] : []),
              ...(loggedOut ? ['unauthenticated'] : []),
            ];
            expect(allowed).toContain(result);
          }
          expect(world.ended).toEqual(loggedOut ? ['logout'] : []);
          if (!loggedOut && !failures.includes(true))
            expect(world.provider.refreshes).toBe(results.length > 0 ? 1 : 0);
        },
      ),
      { numRuns: 400 },
    );
  });

  test('a process that dies anywhere in a refresh costs the session only where the provider had rotated and nobody stored it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.scheduler(),
        fc.integer({ min: 0, max: 14 }),
        async (scheduler, stepsBeforeDeath) => {
          const world = await createWorld(scheduler, []);
          const doomed = world.createProcess();
          void call(world, doomed, []);
          for (let step = 0; step < stepsBeforeDeath && scheduler.count() > 0; step += 1)
            await scheduler.waitOne();
          doomed.life.dead = true;
          const rotated = world.provider.refreshes === 1;
          const stored = (await tokensNow(world))?.record.version === 2;

          world.clock.now += LEASE;
          const results: string[] = [];
          await scheduler.waitFor(
            Promise.all([0, 1, 2].map(() => call(world, world.createProcess(), results))),
          );

          const lost = rotated && !stored;
          expect((await tokensNow(world)) === undefined).toBe(lost);
          if (lost) {
            expect(results).not.toContain('ok');
            expect(world.ended).toEqual(['invalid_grant']);
            expect(world.provider.presentedTwice).toBe(1);
          } else {
            expect(results).toEqual(['ok', 'ok', 'ok']);
            expect([world.provider.refreshes, world.provider.presentedTwice]).toEqual([1, 0]);
          }
        },
      ),
      { numRuns: 300 },
    );
  });
});

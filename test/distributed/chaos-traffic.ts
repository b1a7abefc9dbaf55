import { hash } from 'node:crypto';
import { until } from '@aihubmix-auth/redis/testing';
import { type AppProcess, type Body, bodyOf, cookieIn, sessionCookieIn } from './app-process.js';
import type { Fleet } from './fleet.js';
import { createRandom, type Random } from './random.js';

/** Somebody who uses the application, known by an id and a balance of their own. */
export interface Visitor {
  readonly id: number;
  readonly username: string;
  readonly balance: string;
}

/** A session of a visitor. */
export interface Visit {
  readonly visitor: Visitor;
  readonly cookie: string;
  /** Where the store keeps it. */
  readonly key: string;
  /** How far the end of it is known to have come. */
  state: 'alive' | 'logging out' | 'over';
}

/** A session that ended although nobody logged out. */
export interface Loss {
  readonly visit: Visit;
  readonly answer: string;
}

/** What was asked and answered. */
export interface Traffic {
  readonly requests: number;
  readonly answers: ReadonlyMap<string, number>;
  /** In milliseconds. */
  readonly slowest: number;
  readonly logins: number;
  readonly logouts: number;
  readonly losses: readonly Loss[];
  /** Answers that must never be, in words. */
  readonly wrong: readonly string[];
  /** Lets all clients ask until so many requests were made. */
  runUntil(requests: number, clients: number): Promise<void>;
  /** Asks once for every session there is and was: the first must work, the others must be over. */
  settle(deadline: number): Promise<void>;
}

interface TrafficSettings {
  readonly fleet: Fleet;
  readonly visitors: readonly Visitor[];
  readonly seed: number;
  /** How long an answer may take, in milliseconds. */
  readonly deadline: number;
}

const ROUTES = ['/private', '/private', '/auth/session', '/auth/userinfo', '/auth/userinfo', '/auth/balance'];
/** What a provider and a store in trouble may lead to; none of it is a fault of ours. */
const EXPECTED = new Set([200, 204, 302, 303, 401, 502, 503]);
/** How likely a visitor is to log out rather than to ask for something. */
const LOGOUT = 0.01;
/** How long a login or logout may take among all the faults, in milliseconds. */
const PERSISTENCE = 60_000;

/** Begins a session for every visitor, and asks for them as browsers and clients would. */
export async function createTraffic(settings: TrafficSettings): Promise<Traffic> {
  const traffic = new ChaosTraffic(settings);
  await traffic.begin();
  return traffic;
}

class ChaosTraffic implements Traffic {
  requests = 0;
  slowest = 0;
  logins = 0;
  logouts = 0;
  readonly answers = new Map<string, number>();
  readonly losses: Loss[] = [];
  readonly wrong: string[] = [];
  readonly #settings: TrafficSettings;
  readonly #visits = new Map<Visitor, Visit>();
  readonly #past: Visit[] = [];

  constructor(settings: TrafficSettings) {
    this.#settings = settings;
  }

  async begin(): Promise<void> {
    const { fleet, visitors } = this.#settings;
    for (const visitor of visitors) this.#enter(visitor, await fleet.login(visitor, 3));
  }

  async runUntil(requests: number, clients: number): Promise<void> {
    const { seed } = this.#settings;
    const browse = async (client: number) => {
      const random = createRandom(seed + client);
      while (this.requests < requests) await this.#browse(random);
    };
    await Promise.all(Array.from({ length: clients }, (_, client) => browse(client)));
  }

  async settle(deadline: number): Promise<void> {
    const random = createRandom(this.#settings.seed);
    const alive = [...this.#visits.values()].map((visit) =>
      until(async () => {
        const answer = await this.#visit(visit, '/auth/userinfo', random);
        return answer?.status === 200 || visit.state !== 'alive';
      }, deadline),
    );
    await Promise.all(alive);
    for (const visit of this.#past) await this.#visit(visit, '/auth/session', random);
  }

  async #browse(random: Random): Promise<void> {
    const visitor = random.pick(this.#settings.visitors);
    const visit = this.#visits.get(visitor);
    if (visit === undefined) return void (await this.#visitPast(random));
    if (visit.state === 'alive' && random.next() >= LOGOUT) {
      return void (await this.#visit(visit, random.pick(ROUTES), random));
    }
    this.#visits.delete(visitor);
    if (visit.state === 'alive') await this.#logout(visit, random);
    await this.#login(visitor, random);
  }

  async #visitPast(random: Random): Promise<void> {
    if (this.#past.length > 0) await this.#visit(random.pick(this.#past), random.pick(ROUTES), random);
  }

  #enter(visitor: Visitor, cookie: string): void {
    const key = hash('sha256', cookie.slice(cookie.indexOf('=') + 1), 'base64url');
    this.#visits.set(visitor, { visitor, cookie, key, state: 'alive' });
  }

  async #visit(visit: Visit, path: string, random: Random): Promise<Response | undefined> {
    const wasOver = visit.state === 'over';
    const asked = `${path} of ${visit.visitor.username}`;
    const answer = await this.#send(asked, random, (app, signal) => app.get(path, visit.cookie, { signal }));
    if (answer === undefined) return undefined;
    const body = await bodyOf(answer);
    const code = body.error ?? (body.authenticated === false ? 'not authenticated' : undefined);
    if (answer.status === 401 || body.authenticated === false) this.#over(visit, `${code} at ${path}`);
    else if (answer.ok) this.#checkOwner(visit, asked, body, wasOver);
    return answer;
  }

  #checkOwner({ visitor }: Visit, asked: string, body: Body, wasOver: boolean): void {
    if (wasOver) this.wrong.push(`${asked}: answered after its end`);
    const isTheirs =
      body.amount === undefined
        ? (body.user?.id ?? body.id) === `${visitor.id}`
        : body.amount === visitor.balance;
    if (!isTheirs) this.wrong.push(`${asked}: answered for somebody else`);
  }

  #over(visit: Visit, answer: string): void {
    if (visit.state === 'alive') {
      visit.state = 'over';
      this.#past.push(visit);
      this.losses.push({ visit, answer });
    }
  }

  async #logout(visit: Visit, random: Random): Promise<void> {
    visit.state = 'logging out';
    const asked = `logout of ${visit.visitor.username}`;
    await until(async () => {
      const answer = await this.#send(asked, random, (app, signal) => app.logout(visit.cookie, { signal }));
      return answer?.status === 204;
    }, PERSISTENCE);
    visit.state = 'over';
    this.#past.push(visit);
    this.logouts += 1;
  }

  async #login(visitor: Visitor, random: Random): Promise<void> {
    const asked = `login of ${visitor.username}`;
    await until(async () => {
      const begun = await this.#send(asked, random, (app, signal) =>
        app.get('/auth/login', undefined, { signal }),
      );
      if (begun?.status !== 302) return false;
      const { provider } = this.#settings.fleet;
      const target = new URL(await provider.authorize(begun.headers.get('location') ?? '', visitor.id));
      const path = target.pathname + target.search;
      const done = await this.#send(asked, random, (app, signal) =>
        app.get(path, cookieIn(begun), { signal }),
      );
      if (done?.status !== 303) return false;
      this.#enter(visitor, sessionCookieIn(done));
      return true;
    }, PERSISTENCE);
    this.logins += 1;
  }

  /** The answer of one of the processes, or none where the process was killed meanwhile. */
  async #send(
    asked: string,
    random: Random,
    send: (app: AppProcess, signal: AbortSignal) => Promise<Response>,
  ): Promise<Response | undefined> {
    const { fleet, deadline } = this.#settings;
    const alive = fleet.apps.filter(({ killed }) => !killed);
    const app = random.pick(alive.length > 0 ? alive : fleet.apps);
    this.requests += 1;
    const began = performance.now();
    try {
      const answer = await send(app, AbortSignal.timeout(deadline));
      const body = answer.status === 204 ? null : await answer.arrayBuffer();
      this.slowest = Math.max(this.slowest, performance.now() - began);
      this.#count(`${answer.status}`);
      if (!EXPECTED.has(answer.status)) this.wrong.push(`${asked}: ${answer.status}`);
      return new Response(body, answer);
    } catch (error) {
      if (app.killed) this.#count('cut by a kill');
      else this.wrong.push(`${asked}: no answer (${error}, ${Math.round(performance.now() - began)} ms)`);
      return undefined;
    }
  }

  #count(answer: string): void {
    this.answers.set(answer, (this.answers.get(answer) ?? 0) + 1);
  }
}

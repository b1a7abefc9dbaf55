import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { createMiddleware, requireAccount, toAuthRequest } from '@aihubmix-auth/core/node';
import { answerParent } from './child.js';
import { type LoginSettings, loginOnRedis } from './login.js';

/** What the application is to be; asked once, first. */
export interface AppOrder {
  readonly kind: 'serve';
  readonly settings: LoginSettings;
  /** One login per Redis: `/private/0` is on the first, `/private/1` on the second. The first has the login's own routes too. */
  readonly redisUrls: readonly string[];
}

export type AppQuestion = AppOrder | { readonly kind: 'cost' };

/** What it cost since it was asked last. */
export interface AppCost {
  readonly url: string;
  /** Of the process, in microseconds. */
  readonly cpu: number;
  /** How much later than due the event loop came round, in milliseconds. */
  readonly delay: { readonly p50: number; readonly p99: number; readonly max: number };
}

/** How often the event loop is looked at, in milliseconds; Node counts it into the delay. */
const RESOLUTION = 10;

const loop = monitorEventLoopDelay({ resolution: RESOLUTION });
let cpuBefore = process.cpuUsage();
let url: string | undefined;

answerParent<AppQuestion, AppCost>(async (question) => {
  if (question.kind === 'serve') {
    url = await serve(question);
    loop.enable();
  }
  return cost(url ?? '');
});

async function serve({ settings, redisUrls }: AppOrder): Promise<string> {
  const logins = await Promise.all(redisUrls.map((redisUrl) => loginOnRedis(redisUrl, settings)));
  const auths = logins.map(({ auth }) => auth);
  const [first] = auths;
  if (first === undefined) throw new TypeError('An application needs a Redis.');
  const routes = createMiddleware(first);

  async function privatePage(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const auth = auths[Number(request.url?.slice('/private/'.length))] ?? first;
    if (auth === undefined) return;
    const account = await requireAccount(auth, toAuthRequest(request), response);
    if (account) response.end(JSON.stringify(account.user));
  }

  const open = JSON.stringify({ id: '1000000', username: 'user-0', email: 'user-0@example.com', status: 1 });
  const server = createServer((request, response) => {
    routes(request, response, () => {
      if (request.url === '/open') response.end(open);
      else void privatePage(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function cost(url: string): AppCost {
  const { user, system } = process.cpuUsage(cpuBefore);
  cpuBefore = process.cpuUsage();
  const delayOf = (nanoseconds: number) => Math.max(nanoseconds / 1e6 - RESOLUTION, 0);
  const delay = {
    p50: delayOf(loop.percentile(50)),
    p99: delayOf(loop.percentile(99)),
    max: delayOf(loop.max),
  };
  loop.reset();
  return { url, cpu: user + system, delay };
}

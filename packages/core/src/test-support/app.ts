import { createMockServer, type MockServer } from '@aihubmix-auth/mock-server';
import { type Aihubmix, createAihubmix } from '../aihubmix.js';
import type { AihubmixOptions } from '../options.js';
import { createWebHandler, type WebAihubmix } from '../web.js';

export const ORIGIN = 'https://app.example.com';
export const ADA = 12345;
export const GRACE = 67890;

/** An application over `Request` and `Response`, with a provider in the same process and a clock of its own. */
export interface TestApp {
  readonly mock: MockServer;
  readonly core: Aihubmix;
  readonly web: WebAihubmix;
  /** Moves the clock of application and provider on, in milliseconds. */
  advance(ms: number): void;
  /** Sends one request to the application and answers what it answered; 404 where it was not ours. */
  send(target: string, init?: RequestInit): Promise<Response>;
  /** Logs a user in and answers the session cookie as `name=value`. */
  login(userId?: number): Promise<string>;
}

export function createTestApp(options: Partial<AihubmixOptions> = {}): TestApp {
  let time = Date.UTC(2026, 0, 1);
  const now = () => time;
  const mock = createMockServer({ now });
  const redirectUri = `${ORIGIN}/auth/callback`;
  const { clientId, clientSecret } = mock.addApp({ redirectUris: [redirectUri] });
  const core = createAihubmix({
    clientId,
    clientSecret,
    redirectUri,
    sessionSecret: 'a secret of more than 32 characters',
    fetch: mock.fetch,
    now,
    ...options,
  });
  const web = createWebHandler(core);
  const send: TestApp['send'] = async (target, init) =>
    (await web.handle(new Request(new URL(target, ORIGIN), init))) ?? new Response(null, { status: 404 });

  async function login(userId = ADA): Promise<string> {
    const begun = await send('/auth/login');
    const callback = await mock.authorize(begun.headers.get('location') ?? '', userId);
    const done = await send(callback, { headers: { cookie: cookiesOf(begun) } });
    return (
      cookiesOf(done)
        .split('; ')
        .find((pair) => pair.startsWith('__Host-aihubmix=')) ?? ''
    );
  }

  return {
    mock,
    core,
    web,
    advance: (ms) => {
      time += ms;
    },
    send,
    login,
  };
}

/** The cookies that an answer sets and does not delete, as a `Cookie` header. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .filter((cookie) => !cookie.includes('Max-Age=0'))
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ');
}

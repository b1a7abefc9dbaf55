import { describe, expect, test, vi } from 'vitest';
import { memoryStore } from '../session/memory-store.js';
import type { SessionStore } from '../session/store.js';
import { createTestApp, ORIGIN } from '../test-support/app.js';
import type { AuthRequest } from './messages.js';

function request(headers: Record<string, string>, url = '/private'): AuthRequest {
  return { method: 'GET', url, header: (name) => headers[name] };
}

/** A store that counts what is asked of it. */
function counting(store: SessionStore): { store: SessionStore; calls: Record<string, number> } {
  const calls: Record<string, number> = {};
  const proxy = new Proxy(store, {
    get:
      (target, name: keyof SessionStore) =>
      (...operands: never[]) => {
        calls[name] = (calls[name] ?? 0) + 1;
        return Reflect.apply(target[name], target, operands);
      },
  });
  return { store: proxy, calls };
}

describe('the hot path', () => {
  test('is one read of the store: no other operation, no provider call, no JSON', async () => {
    const { store, calls } = counting(memoryStore({ now: () => Date.UTC(2026, 0, 1) }));
    const app = createTestApp({ store });
    const cookie = await app.login();
    app.mock.clearRequests();
    for (const name of Object.keys(calls)) delete calls[name];
    const [parse, stringify] = [vi.spyOn(JSON, 'parse'), vi.spyOn(JSON, 'stringify')];
    const admission = await app.core.guard(request({ cookie }));
    expect(admission).toMatchObject({ admitted: true, account: { user: { username: 'ada' } } });
    expect(calls).toEqual({ get: 1 });
    expect(app.mock.requests).toEqual([]);
    expect([parse.mock.calls.length, stringify.mock.calls.length]).toEqual([0, 0]);
    vi.restoreAllMocks();
  });

  test('answers at once where the store does', async () => {
    const app = createTestApp();
    const cookie = await app.login();
    expect(app.core.guard(request({ cookie }))).not.toBeInstanceOf(Promise);
  });

  test.each(['', 'short', 'x'.repeat(44), '../../etc/passwd', `${'x'.repeat(42)}*`, `${'x'.repeat(42)}\n`])(
    'asks the store for no id like %j',
    async (id) => {
      const { store, calls } = counting(memoryStore());
      const app = createTestApp({ store });
      await app.core.guard(request({ cookie: `__Host-aihubmix=${id}` }));
      expect(calls).toEqual({});
    },
  );
});

describe('without a session', () => {
  const { core } = createTestApp();

  test.each<[string, string | undefined]>([
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'html'],
    ['text/html', 'html'],
    ['text/*', 'html'],
    ['application/json', undefined],
    ['application/json, text/plain, */*', undefined],
    ['application/json;q=0.1, text/html', 'html'],
    ['text/html;q=0, */*', undefined],
    ['*/*', undefined],
    ['', undefined],
    ['\u0000;;;,,,q=', undefined],
  ])('a GET that accepts %j is %s', async (accept, kind) => {
    const admission = await core.guard(request({ accept }));
    const status = admission.admitted ? 200 : admission.response.status;
    expect(status).toBe(kind === 'html' ? 302 : 401);
  });

  test.each([
    ['/private?a=b&c=%20', '/auth/login?returnTo=%2Fprivate%3Fa%3Db%26c%3D%2520'],
    ['//evil.example/', '/auth/login'],
    ['/\\evil.example', '/auth/login'],
    ['http://evil.example/x', '/auth/login'],
    [`${ORIGIN}/x`, '/auth/login?returnTo=%2Fx'],
    ['*', '/auth/login'],
  ])('the request target %s is remembered as far as it is safe', async (url, location) => {
    const admission = await core.guard(request({ accept: 'text/html' }, url));
    const headers = admission.admitted ? [] : admission.response.headers;
    expect(new Map(headers).get('location')).toBe(location);
  });

  test('where the login route is turned off everybody gets 401', async () => {
    const app = createTestApp({ routes: { login: false } });
    const admission = await app.core.guard(request({ accept: 'text/html' }));
    expect(admission).toMatchObject({ admitted: false, response: { status: 401 } });
  });
});

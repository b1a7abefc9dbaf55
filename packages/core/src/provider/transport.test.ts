import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import type { AihubmixError } from '../errors.js';
import type { Answer, Exchange, ProviderRequest } from './exchange.js';
import { createTransport } from './transport.js';

const answer = (status: number, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: new Headers(headers),
  body: '{}',
});

function request(signal = new AbortController().signal): ProviderRequest {
  return { method: 'POST', path: '/x', headers: {}, body: 'secret', signal };
}

function failing(code: string): Error {
  return Object.assign(new Error(`connect ${code}`), { code });
}

/** A transport over hosts that answer or fail as told; `asked` lists who was asked. */
function over(hosts: Record<string, () => Answer>, clock = { now: 0 }) {
  const asked: string[] = [];
  const exchange: Exchange = async (origin) => {
    asked.push(origin);
    return hosts[origin]?.() ?? answer(404);
  };
  const [first = '', ...others] = Object.keys(hosts);
  return { asked, clock, transport: createTransport([first, ...others], exchange, () => clock.now) };
}

describe('several hosts', () => {
  test.each(['ENOTFOUND', 'ECONNREFUSED', 'EAI_AGAIN', 'UND_ERR_CONNECT_TIMEOUT', 'EHOSTUNREACH'])(
    'the next one is asked after %s',
    async (code) => {
      const down = () => {
        throw new TypeError('fetch failed', { cause: failing(code) });
      };
      const { asked, transport } = over({ 'https://a': down, 'https://b': () => answer(200) });
      expect((await transport.send(request(), [])).status).toBe(200);
      expect(asked).toEqual(['https://a', 'https://b']);
    },
  );

  test.each(['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE', 'UND_ERR_HEADERS_TIMEOUT'])(
    'a request that may have arrived is not repeated after %s',
    async (code) => {
      const cut = () => {
        throw failing(code);
      };
      const { asked, transport } = over({ 'https://a': cut, 'https://b': () => answer(200) });
      await expect(transport.send(request(), [])).rejects.toMatchObject({ code: 'provider_unavailable' });
      expect(asked).toEqual(['https://a']);
    },
  );

  test.each([500, 503, 429, 400, 302])(
    'an answer with %d is an answer: nobody else is asked',
    async (status) => {
      const { asked, transport } = over({
        'https://a': () => answer(status),
        'https://b': () => answer(200),
      });
      await transport.send(request(), []).catch(() => undefined);
      expect(asked).toEqual(['https://a']);
    },
  );

  test('the one that answered is kept for a minute, then the first has its turn again', async () => {
    let down = true;
    const { asked, clock, transport } = over({
      'https://a': () => {
        if (down) throw failing('ECONNREFUSED');
        return answer(200);
      },
      'https://b': () => answer(200),
    });
    await transport.send(request(), []);
    await transport.send(request(), []);
    expect(transport.host()).toBe('https://b');
    down = false;
    clock.now = 60_001;
    await transport.send(request(), []);
    expect(asked).toEqual(['https://a', 'https://b', 'https://b', 'https://a']);
  });

  test('when none can be reached each is asked once', async () => {
    const down = () => {
      throw failing('ECONNREFUSED');
    };
    const { asked, transport } = over({ 'https://a': down, 'https://b': down, 'https://c': down });
    await expect(transport.send(request(), [])).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(asked).toEqual(['https://a', 'https://b', 'https://c']);
  });

  test('an attempt on all addresses of a host counts as not connected only if each of them failed so', async () => {
    const mixed = () => {
      throw new AggregateError([failing('ECONNREFUSED'), failing('ECONNRESET')]);
    };
    const { asked, transport } = over({ 'https://a': mixed, 'https://b': () => answer(200) });
    await expect(transport.send(request(), [])).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(asked).toEqual(['https://a']);
  });
});

describe('a connection that is cut', () => {
  const get: ProviderRequest = {
    method: 'GET',
    path: '/x',
    headers: {},
    signal: new AbortController().signal,
  };

  function cutting(times: number) {
    let left = times;
    return over({
      'https://a': () => {
        left -= 1;
        if (left >= 0) throw failing('ECONNRESET');
        return answer(200);
      },
    });
  }

  test('is made again once for a request that changes nothing', async () => {
    const { asked, transport } = cutting(1);
    expect((await transport.send(get, [])).status).toBe(200);
    expect(asked).toHaveLength(2);
  });

  test('is provider_unavailable the second time', async () => {
    const { asked, transport } = cutting(2);
    await expect(transport.send(get, [])).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(asked).toHaveLength(2);
  });

  test('is never made again for one that does', async () => {
    const { asked, transport } = cutting(1);
    await expect(transport.send(request(), [])).rejects.toMatchObject({ code: 'provider_unavailable' });
    expect(asked).toHaveLength(1);
  });
});

describe('answers', () => {
  test.each([
    ['120', 120],
    ['Thu, 01 Jan 1970 00:01:00 GMT', 60],
    ['Thu, 01 Jan 1960 00:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
  ])('Retry-After %j is passed on as %j', async (value, seconds) => {
    const { transport } = over({ 'https://a': () => answer(429, { 'retry-after': value }) });
    const error = await transport.send(request(), []).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'provider_unavailable', status: 503 });
    expect((error as AihubmixError).retryAfter).toBe(seconds);
  });

  test('a redirect is provider_error', async () => {
    const { transport } = over({ 'https://a': () => answer(307, { location: 'https://evil' }) });
    await expect(transport.send(request(), [])).rejects.toMatchObject({ code: 'provider_error' });
  });
});

test('an error of the HTTP client is kept without the secrets that it repeats', async () => {
  const leaky = () => {
    throw Object.assign(new Error('failed: client_secret=canary-1 at https://a?x=canary%202'), {
      request: { body: 'canary-1' },
      code: 'ECONNRESET',
    });
  };
  const { transport } = over({ 'https://a': leaky });
  const error = await transport.send(request(), ['canary-1', 'canary 2']).catch((thrown: unknown) => thrown);
  expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/canary/);
  expect(inspect(error, { depth: 10 })).toContain('ECONNRESET');
});

test('after the deadline the message says so', async () => {
  const { transport } = over({
    'https://a': () => {
      throw new DOMException('aborted', 'TimeoutError');
    },
  });
  await expect(transport.send(request(AbortSignal.abort()), [])).rejects.toMatchObject({
    code: 'provider_unavailable',
    message: expect.stringContaining('deadline'),
  });
});

import { inspect } from 'node:util';
import { describe, expect, test } from 'vitest';
import { AihubmixError, ConfigurationError } from './errors.js';
import { createEvents } from './events.js';
import { Secret } from './secret.js';

describe('a secret', () => {
  const secret = new Secret('canary');

  test.each<[string, string]>([
    ['util.inspect', inspect({ secret }, { depth: 9, showHidden: true })],
    ['JSON', JSON.stringify({ secret })],
    ['a template', `${secret}`],
    ['a concatenation', `x${String(secret)}`],
    ['its keys', JSON.stringify({ ...secret, keys: Reflect.ownKeys(secret).map(String) })],
  ])('does not show in %s', (_name, text) => {
    expect(text).not.toContain('canary');
  });

  test('is revealed on demand only', () => {
    expect(secret.reveal()).toBe('canary');
    expect(String(secret)).toBe('[redacted]');
  });
});

describe('an error', () => {
  const noisy = Object.assign(
    new Error('boom canary-token\r\nforged: line \u001b[31m', { cause: new Error('canary-token') }),
    {
      code: 'ECONNRESET',
      response: { body: 'canary-token' },
      config: { headers: { authorization: 'Bearer canary-token' } },
    },
  );
  const error = new AihubmixError('provider_unavailable', 'Try again.', {
    cause: noisy,
    secrets: ['canary-token'],
    retryAfter: 5,
  });

  test('has a code, its status and what to do', () => {
    expect(error).toMatchObject({
      code: 'provider_unavailable',
      status: 503,
      message: 'Try again.',
      retryAfter: 5,
    });
    expect(JSON.stringify(error)).toBe('{"error":"provider_unavailable","message":"Try again."}');
  });

  test('keeps the name, code and message of its cause, and no secret in any depth', () => {
    const seen = inspect(error, { depth: 20, showHidden: true });
    expect(seen).toContain('ECONNRESET');
    expect(seen).toContain('boom [redacted]');
    expect(seen).not.toContain('canary-token');
  });

  test('keeps no control character that could forge a log line', () => {
    expect((error.cause as Error).message).toBe('boom [redacted]\\u000d\\u000aforged: line \\u001b[31m');
  });

  test('of the configuration lists all mistakes', () => {
    expect(new ConfigurationError(['a must be b.', 'c must be d.']).message).toBe(
      'aihubmix-auth cannot start:\n  - a must be b.\n  - c must be d.',
    );
  });
});

describe('events', () => {
  test('reach every listener until it stops listening', () => {
    const events = createEvents();
    const seen: string[] = [];
    const stop = events.on('login', ({ userId }) => seen.push(`one ${userId}`));
    events.on('login', ({ userId }) => seen.push(`two ${userId}`));
    events.emit('login', { userId: '1' });
    stop();
    events.emit('login', { userId: '2' });
    expect(seen).toEqual(['one 1', 'two 1', 'two 2']);
  });

  test('a listener that throws is reported and harms nobody', async () => {
    const events = createEvents();
    const warned = new Promise<Error>((resolve) => process.once('warning', resolve));
    let reached = false;
    events.on('logout', () => {
      throw new Error('broken listener');
    });
    events.on('logout', () => {
      reached = true;
    });
    events.emit('logout', { userId: '1' });
    expect(reached).toBe(true);
    expect((await warned).message).toBe('a listener for "logout" threw: broken listener');
  });
});

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Attempt, createAttempt } from './attempt.js';
import { AihubmixError } from './errors.js';
import type { LiveSession, Session } from './types.js';

const ADA: LiveSession = {
  authenticated: true,
  user: { id: '1', username: 'ada', email: null, createdAt: null, status: 1 },
  expiresAt: '2030-01-01T00:00:00.000Z',
};
const NOBODY: Session = { authenticated: false };

beforeEach(() => void vi.useFakeTimers({ now: 0 }));
afterEach(() => void vi.useRealTimers());

/** A login whose popup and server are told what to be. */
function begin(fresh = true) {
  const world = { closed: false, focused: false, session: NOBODY as Session | undefined, asked: 0 };
  const attempt = createAttempt({
    look: () => ({ closed: world.closed, departed: true, focused: world.focused, at: Date.now() }),
    ask: async () => {
      world.asked++;
      if (world.session === undefined) throw new AihubmixError('offline');
      return world.session;
    },
    fresh,
  });
  return { attempt, world, outcome: outcomeOf(attempt) };
}

/** The user's id, or the code of the error, or that there is none yet. */
function outcomeOf(attempt: Attempt): () => Promise<string> {
  let outcome = 'pending';
  attempt.result.then(
    (session) => {
      outcome = session.user.id;
    },
    (error: AihubmixError) => {
      outcome = error.code;
    },
  );
  return async () => {
    await vi.advanceTimersByTimeAsync(0);
    return outcome;
  };
}

describe('a login in a popup', () => {
  it('ends well when the popup tells so and the server agrees', async () => {
    const { attempt, world, outcome } = begin();
    world.session = ADA;
    attempt.hint({ ok: true }, true);
    expect(await outcome()).toBe('1');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not believed when the server does not agree', async () => {
    const { attempt, world, outcome } = begin();
    attempt.hint({ ok: true }, true);
    expect(await outcome()).toBe('pending');
    expect(world.asked).toBe(1);
  });

  it('asks once for the two ways in which the popup tells', async () => {
    const { attempt, world, outcome } = begin();
    world.session = ADA;
    attempt.hint({ ok: true }, true);
    attempt.hint({ ok: true }, false);
    await outcome();
    expect(world.asked).toBe(1);
  });

  it('ends with the code that its popup tells', async () => {
    const { attempt, outcome } = begin();
    attempt.hint({ ok: false, error: 'access_denied' }, true);
    expect(await outcome()).toBe('access_denied');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('passes over the failure of another tab while its own popup is in reach', async () => {
    const { attempt, world, outcome } = begin();
    attempt.hint({ ok: false, error: 'access_denied' }, false);
    expect(await outcome()).toBe('pending');
    world.closed = true;
    attempt.hint({ ok: false, error: 'access_denied' }, false);
    expect(await outcome()).toBe('access_denied');
  });

  it('ends with popup_closed when the user closes it', async () => {
    const { world, outcome } = begin();
    await vi.advanceTimersByTimeAsync(2000);
    Object.assign(world, { closed: true, focused: true });
    await vi.advanceTimersByTimeAsync(2500);
    expect(await outcome()).toBe('popup_closed');
  });

  it('ends well when it is closed and the server knows the user', async () => {
    const { world, outcome } = begin();
    await vi.advanceTimersByTimeAsync(2000);
    Object.assign(world, { closed: true, focused: true, session: ADA });
    await vi.advanceTimersByTimeAsync(2500);
    expect(await outcome()).toBe('1');
  });

  it('finds the session by asking when the popup was cut off and nothing was told', async () => {
    const { world, outcome } = begin();
    world.closed = true;
    await vi.advanceTimersByTimeAsync(20_000);
    expect(await outcome()).toBe('pending');
    world.session = ADA;
    await vi.advanceTimersByTimeAsync(6000);
    expect(await outcome()).toBe('1');
  });

  it('does not take a session that was there before for its own work', async () => {
    const { attempt, world, outcome } = begin(false);
    world.session = ADA;
    world.closed = true;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await outcome()).toBe('pending');
    attempt.hint({ ok: false, error: 'access_denied' }, false);
    expect(await outcome()).toBe('access_denied');
  });

  it('ends after ten minutes, whatever happens', async () => {
    const { world, outcome } = begin();
    world.session = undefined;
    await vi.advanceTimersByTimeAsync(600_500);
    expect(await outcome()).toBe('login_timeout');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('ends when another login takes its place', async () => {
    const { attempt, outcome } = begin();
    attempt.abandon();
    expect(await outcome()).toBe('popup_closed');
  });
});

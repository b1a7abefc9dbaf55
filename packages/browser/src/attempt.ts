import { AihubmixError, type ErrorCode } from './errors.js';
import { createPopupWatch, type Glance } from './popup-watch.js';
import type { LiveSession, Session } from './types.js';

const GLANCE_EVERY = 500;
const ASK_EVERY = 5_000;

/** What the server's popup page tells. */
export interface LoginHint {
  readonly type?: unknown;
  readonly ok?: unknown;
  readonly error?: ErrorCode;
}

export interface AttemptPorts {
  /** What can be seen of the popup now. */
  look(): Glance;
  /** Asks the server who is logged in. */
  ask(): Promise<Session>;
  /** Nobody was logged in before, so whatever session is found is this login's work. */
  readonly fresh: boolean;
}

/** A login in a popup, from opening it to its end. */
export interface Attempt {
  readonly result: Promise<LiveSession>;
  /** The popup page said something. It is asked about, never believed. `certain`: it was this popup that said it. */
  hint(hint: LoginHint, certain: boolean): void;
  /** Ends it without asking. */
  abandon(): void;
}

/** Waits for a login in a popup. Whatever happens to the popup, `result` settles, at the latest after ten minutes. */
export function createAttempt({ look, ask, fresh }: AttemptPorts): Attempt {
  let askedAt = look().at;
  const watch = createPopupWatch(askedAt);
  let asking = false;
  let settle: (outcome: LiveSession | ErrorCode) => void;
  const result = new Promise<LiveSession>((resolve, reject) => {
    settle = (outcome) => {
      clearInterval(timer);
      if (typeof outcome === 'string') reject(new AihubmixError(outcome));
      else resolve(outcome);
    };
  });

  async function check(conclusive: boolean): Promise<void> {
    if (asking) return;
    asking = true;
    const session = await ask().catch(() => undefined);
    asking = false;
    if (session?.authenticated && conclusive) settle(session);
  }

  async function fail(code: ErrorCode): Promise<void> {
    clearInterval(timer);
    asking = false;
    await check(fresh);
    settle(code);
  }

  const timer = setInterval(() => {
    const seen = look();
    const verdict = watch(seen);
    if (verdict === 'closed') void fail('popup_closed');
    if (verdict === 'timeout') void fail('login_timeout');
    if (verdict === 'lost' && fresh && seen.at - askedAt >= ASK_EVERY) {
      askedAt = seen.at;
      void check(true);
    }
  }, GLANCE_EVERY);

  return {
    result,
    hint({ ok, error }, certain) {
      if (ok === true) void check(true);
      // On the channel it may be another tab's failure: this popup would have told directly, unless it is cut off.
      else if (certain || look().closed) void fail(error ?? 'server_error');
    },
    abandon: () => settle('popup_closed'),
  };
}

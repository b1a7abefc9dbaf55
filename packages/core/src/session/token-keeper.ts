import type { Clock } from '../async.js';
import { AihubmixError } from '../errors.js';
import { TokenRejected } from '../provider/client.js';
import type { Secret } from '../secret.js';
import type { SessionRecord } from './record.js';
import { refreshStuck, rejectedAgain, sessionGone } from './refresh-errors.js';
import type { Refresher } from './refresher.js';
import type { LiveSession } from './sessions.js';
import type { TokenVault } from './token-vault.js';

/** After a refresh failed that nobody waited for, the next one is tried this much later, in milliseconds. */
const RETRY_AHEAD_AFTER = 10_000;

export interface TokenKeeper {
  /**
   * Calls the provider with an access token that works. A token that is about to expire is refreshed beside the call, one
   * that is over before it; after a 401 it is refreshed once and the call repeated once.
   *
   * @throws AihubmixError `session_expired` when the provider no longer accepts the grant: the session is gone by then.
   * `unauthenticated` when somebody else ended the session meanwhile. `provider_error`, `provider_unavailable` and
   * `store_unavailable` leave the session as it is.
   */
  use<T>(session: LiveSession, signal: AbortSignal, call: (token: Secret) => Promise<T>): Promise<T>;
}

/** Decides when tokens are refreshed, and who waits for it: only those whose token no longer works. */
export function createTokenKeeper(refresher: Refresher, vault: TokenVault, now: Clock): TokenKeeper {
  const aheadNotBefore = new Map<string, number>();

  async function workingToken(session: LiveSession, signal: AbortSignal): Promise<Secret> {
    const { record } = session;
    if (now() >= record.tokenExpiresAt) {
      session.record = await abandonable(refresher.refreshed(session, record.tokens), signal);
    } else if (now() >= record.refreshDueAt) {
      refreshAhead(session);
    }
    return accessToken(session.key, session.record);
  }

  /** Refreshes while the token still works. Nobody waits, so a failure is told by the event alone. */
  function refreshAhead({ key, record }: LiveSession): void {
    if (refresher.isRefreshing(key) || (aheadNotBefore.get(key) ?? 0) > now()) return;
    refresher.refreshed({ key, record }, record.tokens).then(
      () => aheadNotBefore.delete(key),
      (error: unknown) => postponeAhead(key, error),
    );
  }

  /** By a while, or for as long as the provider asked for. */
  function postponeAhead(key: string, error: unknown): void {
    for (const [past, until] of aheadNotBefore) {
      if (until > now()) break;
      aheadNotBefore.delete(past);
    }
    aheadNotBefore.delete(key);
    const asked = error instanceof AihubmixError ? (error.retryAfter ?? 0) * 1000 : 0;
    aheadNotBefore.set(key, now() + Math.max(RETRY_AHEAD_AFTER, asked));
  }

  function accessToken(key: string, record: SessionRecord): Secret {
    const tokens = vault.open(key, record);
    if (tokens === undefined) throw sessionGone();
    return tokens.access;
  }

  return {
    async use(session, signal, call) {
      const token = await workingToken(session, signal);
      try {
        return await call(token);
      } catch (error) {
        if (!(error instanceof TokenRejected)) throw error;
      }
      session.record = await abandonable(refresher.refreshed(session, session.record.tokens), signal);
      try {
        return await call(accessToken(session.key, session.record));
      } catch (error) {
        throw error instanceof TokenRejected ? rejectedAgain() : error;
      }
    },
  };
}

/** Waits for work that others may share, but no longer than this caller's own deadline. The work goes on. */
function abandonable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(refreshStuck());
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}

import { type MaybePromise, within } from '../async.js';
import { AihubmixError } from '../errors.js';
import type { SessionLock, SessionStore } from './store.js';

/**
 * After the store failed, no lock is taken for so long, in milliseconds. An outage may have outlived the lease of somebody
 * who holds new tokens in hand: they get to write first, or the token that they have spent would be presented again.
 */
const LOCKLESS_AFTER_FAILURE = 3_000;

/**
 * The store, with every operation ending within `timeout` milliseconds: in its answer or in `store_unavailable`.
 * A store that answers at once pays for no timer.
 */
export function guardedStore(store: SessionStore, timeout: number): SessionStore {
  let failedAt = Number.NEGATIVE_INFINITY;

  function failed(error: unknown): AihubmixError {
    failedAt = performance.now();
    return error instanceof AihubmixError ? error : storeFailed(error);
  }

  function guarded<T>(operation: () => MaybePromise<T>): MaybePromise<T> {
    let answer: MaybePromise<T>;
    try {
      answer = operation();
    } catch (error) {
      throw failed(error);
    }
    if (!isThenable(answer)) return answer;
    return within(timeout, Promise.resolve(answer), tooLate).catch((error: unknown) => {
      throw failed(error);
    });
  }

  const guardedLock = (lock: SessionLock | undefined): SessionLock | undefined =>
    lock && { release: () => guarded(() => lock.release()) };

  return {
    get: (key) => guarded(() => store.get(key)),
    create: (key, record) => guarded(() => store.create(key, record)),
    replace: (key, version, record) => guarded(() => store.replace(key, version, record)),
    delete: (key) => guarded(() => store.delete(key)),
    deleteAllOf: (subject) => guarded(() => store.deleteAllOf(subject)),
    claim: (key, ttl) => guarded(() => store.claim(key, ttl)),
    lock(key, lease) {
      if (performance.now() - failedAt < LOCKLESS_AFTER_FAILURE) return undefined;
      let late = false;
      const attempt = guarded(() => {
        const taken = store.lock(key, lease);
        if (isThenable(taken)) taken.then((lock) => late && lock?.release()).catch(() => undefined);
        return taken;
      });
      return isThenable(attempt)
        ? attempt.then(guardedLock, (error: unknown) => {
            // Nobody waits for it any more: should it still come, it must not hold others up for the length of its lease.
            late = true;
            throw error;
          })
        : guardedLock(attempt);
    },
  };
}

/** Some clients have promises of their own. */
function isThenable<T>(answer: MaybePromise<T>): answer is Promise<T> {
  return typeof answer === 'object' && answer !== null && 'then' in answer;
}

function tooLate(): AihubmixError {
  return new AihubmixError(
    'store_unavailable',
    'The session store did not answer within its deadline (option "storeTimeout"). Nobody is logged out by this; try again.',
  );
}

function storeFailed(error: unknown): AihubmixError {
  return new AihubmixError(
    'store_unavailable',
    'The session store answered with an error. Nobody is logged out by this; try again.',
    { cause: error },
  );
}

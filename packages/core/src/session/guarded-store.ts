import { type MaybePromise, within } from '../async.js';
import { AihubmixError } from '../errors.js';
import type { SessionStore } from './store.js';

/**
 * The store, with every operation ending within `timeout` milliseconds: in its answer or in `store_unavailable`.
 * A store that answers at once pays for no timer.
 */
export function guardedStore(store: SessionStore, timeout: number): SessionStore {
  function guarded<T>(operation: () => MaybePromise<T>): MaybePromise<T> {
    let answer: MaybePromise<T>;
    try {
      answer = operation();
    } catch (error) {
      throw storeFailed(error);
    }
    if (!isThenable(answer)) return answer;
    return within(timeout, Promise.resolve(answer), tooLate).catch((error: unknown) => {
      throw error instanceof AihubmixError ? error : storeFailed(error);
    });
  }

  return {
    get: (key) => guarded(() => store.get(key)),
    create: (key, record) => guarded(() => store.create(key, record)),
    replace: (key, version, record) => guarded(() => store.replace(key, version, record)),
    delete: (key) => guarded(() => store.delete(key)),
    deleteAllOf: (subject) => guarded(() => store.deleteAllOf(subject)),
    claim: (key, ttl) => guarded(() => store.claim(key, ttl)),
    lock: (key, lease) => guarded(() => store.lock(key, lease)),
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

import { setTimeout as sleep } from 'node:timers/promises';

/** A value, or a promise of it: what an interface answers that has both fast and slow implementations. */
export type MaybePromise<T> = T | Promise<T>;

/** Milliseconds since the epoch. */
export type Clock = () => number;

/**
 * The promise's outcome, or `late()` thrown when it has not settled after `ms` milliseconds. The promise itself goes
 * on; whoever made it must be able to be abandoned.
 */
export async function within<T>(ms: number, promise: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  try {
    return await Promise.race([promise, expiry]);
  } finally {
    clearTimeout(timer);
  }
}

/** Waits for half of `ms` milliseconds to one and a half of it. */
export async function pause(ms: number): Promise<void> {
  await sleep(ms * (0.5 + Math.random()));
}

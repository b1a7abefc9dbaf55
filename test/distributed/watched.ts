import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { setImmediate as handedOver } from 'node:timers/promises';
import type { SessionLock, SessionStore } from '@aihubmix-auth/core';

/** The steps of a refresh between which a process can die. */
export type Point =
  | 'locking'
  | 'locked'
  | 'asking'
  | 'answered'
  | 'failed'
  | 'writing'
  | 'sent'
  | 'stored'
  | 'released';

/** A refresh that has come to a point. */
export interface Step {
  readonly at: Point;
  /** Where the store keeps the session. */
  readonly key: string;
  /** The process and its count of refreshes; the provider sees it in the header {@link ATTEMPT}. */
  readonly attempt: string;
  /** At `answered`: the HTTP status. */
  readonly status?: number;
  /** At `failed`: how long the answer was waited for, in milliseconds. */
  readonly after?: number;
  /** At `stored`: whether the store took it. */
  readonly replaced?: boolean;
}

/** Told at every step; the refresh goes on when it is done. */
export type Tell = (step: Step) => Promise<void> | void;

export const ATTEMPT = 'x-attempt';

/** What the environment asks to be told of: a `JOURNAL` of every step, or a stop at the points of `STOP_AT`. */
export function tellerIn(env: NodeJS.ProcessEnv): Tell | undefined {
  const { JOURNAL, STOP_AT } = env;
  if (JOURNAL !== undefined) return (step) => appendFileSync(JOURNAL, `${JSON.stringify(step)}\n`);
  if (STOP_AT !== undefined) return stopAt(STOP_AT.split(','));
  return undefined;
}

/** Stops at the points until the parent sends a message. */
function stopAt(points: readonly string[]): Tell {
  return async ({ at }) => {
    if (!points.includes(at)) return;
    process.send?.(at);
    await once(process, 'message');
  };
}

/** The store, and a `fetch`, that tell how each refresh goes on. */
export function watched(
  store: SessionStore,
  tell: Tell,
  processName: string,
): { store: SessionStore; fetch: typeof globalThis.fetch } {
  const refreshes = new AsyncLocalStorage<Pick<Step, 'key' | 'attempt'>>();
  let count = 0;

  return {
    store: {
      ...store,
      lock(name, lease) {
        count += 1;
        const refresh = { key: name.slice('refresh:'.length), attempt: `${processName}:${count}` };
        // The lock is asked for within the refresh, so all that follows in it runs in this context.
        refreshes.enterWith(refresh);
        return lockTold(
          () => store.lock(name, lease),
          (at) => tell({ at, ...refresh }),
        );
      },
      async replace(key, version, record) {
        const refresh = refreshes.getStore();
        if (refresh?.key !== key) return store.replace(key, version, record);
        await tell({ at: 'writing', ...refresh });
        const replacing = Promise.resolve(store.replace(key, version, record));
        replacing.catch(() => {});
        await handedOver();
        await tell({ at: 'sent', ...refresh });
        const replaced = await replacing;
        await tell({ at: 'stored', ...refresh, replaced });
        return replaced;
      },
      async delete(key) {
        const refresh = refreshes.getStore();
        if (refresh?.key === key) await tell({ at: 'writing', ...refresh });
        return store.delete(key);
      },
    },
    fetch(url, init) {
      const refresh = refreshes.getStore();
      const isRefresh = String(init?.body).includes('grant_type=refresh_token');
      return refresh && isRefresh ? ask(url, init, refresh, tell) : fetch(url, init);
    },
  };
}

async function lockTold(
  take: () => ReturnType<SessionStore['lock']>,
  tell: (at: Point) => Promise<void> | void,
): Promise<SessionLock | undefined> {
  await tell('locking');
  const lock = await take();
  if (lock === undefined) return undefined;
  await tell('locked');
  return {
    async release() {
      await tell('released');
      await lock.release();
    },
  };
}

async function ask(
  url: Parameters<typeof fetch>[0],
  init: RequestInit | undefined,
  refresh: Pick<Step, 'key' | 'attempt'>,
  tell: Tell,
): Promise<Response> {
  await tell({ at: 'asking', ...refresh });
  const headers = new Headers(init?.headers);
  headers.set(ATTEMPT, refresh.attempt);
  const began = performance.now();
  try {
    const response = await fetch(url, { ...init, headers });
    const body = await response.text();
    await tell({ at: 'answered', ...refresh, status: response.status });
    return new Response(body, response);
  } catch (error) {
    await tell({ at: 'failed', ...refresh, after: performance.now() - began });
    throw error;
  }
}

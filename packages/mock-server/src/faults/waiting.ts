import { ConnectionDropped } from '../http/connection-dropped.js';

/** Waits; cuts the connection when the server closes meanwhile. */
export async function pause(ms: number, closing: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(new ConnectionDropped());
    };
    const timer = setTimeout(() => {
      closing.removeEventListener('abort', stop);
      resolve();
    }, ms);
    if (closing.aborted) stop();
    else closing.addEventListener('abort', stop, { once: true });
  });
}

/** Waits until one of the signals gives up, then cuts the connection. */
export async function waitForEver(...signals: readonly AbortSignal[]): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => {
      for (const signal of signals) signal.removeEventListener('abort', stop);
      reject(new ConnectionDropped());
    };
    for (const signal of signals) signal.addEventListener('abort', stop);
    if (signals.some((signal) => signal.aborted)) stop();
  });
}

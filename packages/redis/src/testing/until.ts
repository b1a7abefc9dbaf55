/**
 * Asks again and again until the answer is true; an error counts as false.
 *
 * @param deadline in milliseconds.
 * @throws Error with the last error as its cause when the deadline has passed.
 */
export async function until(ask: () => Promise<boolean> | boolean, deadline = 10_000): Promise<void> {
  const giveUpAt = performance.now() + deadline;
  let cause: unknown;
  while (performance.now() < giveUpAt) {
    try {
      if (await ask()) return;
    } catch (error) {
      cause = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`It did not come true within ${deadline} ms.`, { cause });
}

import { defineConfig } from 'vitest/config';

const timeouts = { testTimeout: 60_000, hookTimeout: 60_000 };
/** On a shared machine a deadline may be missed for want of a processor; a fault fails again. */
const retry = process.env.CI ? 1 : 0;

/** A group of test files. Groups run one after the other. */
function group(name: string, groupOrder: number, include: string[], alone: boolean) {
  return {
    test: {
      name,
      include,
      ...timeouts,
      retry,
      sequence: { groupOrder },
      ...(alone ? { maxWorkers: 1 } : {}),
    },
  };
}

export default defineConfig({
  test: {
    projects: [
      group('packages', 0, ['packages/!(redis)/src/**/*.test.ts', 'test/readme/*.test.ts'], false),
      group('conformance', 1, ['test/conformance/*.test.ts'], false),
      // These measure time, kill processes or drive a browser: each wants the machine for itself.
      group('redis', 2, ['packages/redis/src/**/*.test.ts', 'test/{distributed,bench}/*.test.ts'], true),
      group('browser', 3, ['test/{browser,demo}/**/*.test.ts'], true),
    ],
  },
});

import { expect, it } from 'vitest';
import { tryReadme } from '../../express/src/testing/readme.js';

it('starts with a program that works', async () => {
  expect(await tryReadme(new URL('..', import.meta.url))).toEqual({
    sentTo: '/auth/login?returnTo=%2Fprivate',
    endedAt: '/private',
    shown: 'Hello ada, you have $750.00',
    violations: [],
  });
});

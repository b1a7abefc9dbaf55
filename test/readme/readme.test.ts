import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from './run-program.js';

const root = join(import.meta.dirname, '../..');
const SHORTEST = 'The shortest program that works';

/** The programs in a README, by the heading that they stand under. */
function programsIn(file: string): { name: string; source: string }[] {
  const text = readFileSync(join(root, file), 'utf8');
  const sections = text.split(/^#+ /m).slice(1);
  return sections.flatMap((section) => {
    const [name = ''] = section.split('\n', 1);
    const source = /^```ts\n(.*?)^```/ms.exec(section)?.[1];
    return source?.includes('listen(') ? [{ name, source }] : [];
  });
}

/** Which README shows how many programs that listen; one that loses its own is noticed. */
const READMES: [file: string, programs: string[]][] = [
  ['README.md', ['Express', 'Passport', 'Koa', 'Fastify', 'NestJS']],
  ['packages/core/README.md', ['`node:http` and connect']],
  ['packages/express/README.md', [SHORTEST]],
  ['packages/passport/README.md', [SHORTEST]],
  ['packages/koa/README.md', [SHORTEST]],
  ['packages/fastify/README.md', [SHORTEST]],
  ['packages/nestjs/README.md', [SHORTEST]],
];

describe.each(READMES)('%s', (file, expected) => {
  const programs = programsIn(file);

  test('shows the programs that are run here', () => {
    expect(programs.map(({ name }) => name)).toEqual(expected);
  });

  test.each(programs)('$name: the program as it stands logs a user in', async ({ source }) => {
    const { browser, stop } = await runProgram(source);
    onTestFinished(stop);
    const guarded = await browser.visit('/private');
    const login = '/auth/login?returnTo=%2Fprivate';
    expect([guarded.status, guarded.headers.get('location')]).toEqual([302, login]);
    const back = await browser.login({ at: login });
    expect(back.headers.get('location')).toBe('/private');
    const page = await browser.visit('/private');
    expect([page.status, await page.text()]).toEqual([200, expect.stringMatching(/\bada\b/)]);
    expect(await (await browser.fetch('/auth/balance')).json()).toMatchObject({ formatted: '750.00' });
  });
});

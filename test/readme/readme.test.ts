import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { runProgram } from './run-program.js';

const root = join(import.meta.dirname, '../..');

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
];

describe.each(READMES)('%s', (file, expected) => {
  const programs = programsIn(file);

  test('shows the programs that are run here', () => {
    expect(programs.map(({ name }) => name)).toEqual(expected);
  });

  test.each(programs)('$name: the program as it stands logs a user in', async ({ source }) => {
    const program = await runProgram(source);
    onTestFinished(program.stop);
    const { url } = program;
    const guarded = await fetch(`${url}/private`, { redirect: 'manual', headers: { accept: 'text/html' } });
    expect([guarded.status, guarded.headers.get('location')]).toEqual([
      302,
      '/auth/login?returnTo=%2Fprivate',
    ]);
    const headers = { cookie: await program.login() };
    expect(await (await fetch(`${url}/private`, { headers })).json()).toMatchObject({
      id: '12345',
      username: 'ada',
    });
    expect(await (await fetch(`${url}/auth/balance`, { headers })).json()).toMatchObject({
      formatted: '750.00',
    });
  });
});

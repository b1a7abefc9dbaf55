import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ENDPOINTS } from './journal/recorded-request.js';
import { violation } from './journal/violations.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const readme = await readFile(`${root}/README.md`, 'utf8');

describe('the README', () => {
  it('starts with a program that works', async () => {
    const program = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const args = ['--import', 'tsx', '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: root });
    expect(stdout).toBe('ada has $750.00\n');
  });

  it('lists every violation and endpoint', () => {
    for (const word of [...Object.values(violation), ...ENDPOINTS]) expect(readme).toContain(`\`${word}\``);
  });
});

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Hands cookies to the process that makes the load: a million are too many for a message. */
export interface CookieFiles {
  write(cookies: readonly string[]): Promise<string>;
  remove(): Promise<void>;
}

export async function createCookieFiles(): Promise<CookieFiles> {
  const directory = await mkdtemp(join(tmpdir(), 'bench-'));
  let count = 0;
  return {
    async write(cookies) {
      const file = join(directory, `${count}`);
      count += 1;
      await writeFile(file, cookies.map((cookie) => `${cookie}\n`).join(''), { mode: 0o600 });
      return file;
    },
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}

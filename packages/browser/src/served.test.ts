import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { bundle, GENERATED, generatedModule, gzippedSize } from '../scripts/bundle.mjs';

describe('what a browser downloads, minified and gzipped', () => {
  it('is at most 3 kB for the SDK alone', async () => {
    expect(gzippedSize(await bundle('index.ts'))).toBeLessThanOrEqual(3_000);
  });

  it('is at most 9 kB with the element', async () => {
    expect(gzippedSize(await bundle('served.ts'))).toBeLessThanOrEqual(9_000);
  });

  it('is what the core serves: run "pnpm --filter @aihubmix-auth/browser run build" after a change', async () => {
    expect(await readFile(GENERATED, 'utf8')).toBe(generatedModule(await bundle('served.ts')));
  });
});

describe('the script', () => {
  it('needs nothing that a strict policy forbids', async () => {
    const script = await bundle('served.ts');
    expect(script).not.toMatch(/\beval\b|new Function|innerHTML|insertAdjacentHTML|document\.write/);
    expect(script).not.toMatch(/localStorage|sessionStorage|indexedDB|document\.cookie/);
  });

  it('can be imported where there is no document', async () => {
    const module = await import('./element.js');
    expect(module.AihubmixAccount.base).toBe('/auth');
  });
});

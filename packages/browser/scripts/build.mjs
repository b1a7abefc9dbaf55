import { mkdir, writeFile } from 'node:fs/promises';
import { bundle, GENERATED, generatedModule, gzippedSize } from './bundle.mjs';

const script = await bundle('served.ts');
await mkdir(new URL('../dist/', import.meta.url), { recursive: true });
await writeFile(new URL('../dist/aihubmix.min.js', import.meta.url), script);
await writeFile(GENERATED, generatedModule(script));
console.log(`aihubmix.min.js: ${gzippedSize(script)} bytes gzipped`);

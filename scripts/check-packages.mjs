// Packs every public package as it would be published, and holds the tarballs to what their users' tools expect:
// publint (exports, files, types), attw (type resolution under node16, nodenext and bundler), and a CommonJS program
// that requires each of them.
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const root = resolve(import.meta.dirname, '..');
const out = mkdtempSync(join(tmpdir(), 'aihubmix-auth-packages-'));
const run = (command, args, cwd = root) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
const bin = (name) => join(root, 'node_modules/.bin', name);

const packages = readdirSync(join(root, 'packages'))
  .map((name) => join(root, 'packages', name))
  .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
  .filter(({ manifest }) => !manifest.private)
  .sort((a, b) => dependenciesOf(a.manifest).length - dependenciesOf(b.manifest).length);

function dependenciesOf(manifest) {
  return Object.keys(manifest.dependencies ?? {}).filter((name) => name.startsWith('@aihubmix-auth/'));
}

try {
  for (const { folder, manifest } of packages) {
    rmSync(join(folder, 'dist'), { recursive: true, force: true });
    run('pnpm', ['run', 'build'], folder);
    run('pnpm', ['pack', '--config.ignore-scripts=true', '--pack-destination', out], folder);
    const tarball = join(out, `${manifest.name.replace('@', '').replace('/', '-')}-${manifest.version}.tgz`);
    run(bin('publint'), [tarball, '--strict']);
    run(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii']);
    requireFromCommonJs(folder, manifest, tarball);
    console.log(`${manifest.name}: packed, linted, typed, required`);
  }
} finally {
  rmSync(out, { recursive: true, force: true });
}

/** Unpacks the tarball beside the package's own dependencies and requires every entry point of it. */
function requireFromCommonJs(folder, manifest, tarball) {
  const place = join(out, 'cjs', manifest.name);
  mkdirSync(place, { recursive: true });
  run('tar', ['-xzf', tarball, '--strip-components=1', '-C', place]);
  // Published siblings are the ones that were unpacked before; everything else is what the workspace installed.
  const modules = join(place, 'node_modules');
  mkdirSync(join(modules, '@aihubmix-auth'), { recursive: true });
  for (const name of readdirSync(join(folder, 'node_modules'))) {
    if (name === '@aihubmix-auth' || name === '.bin') continue;
    symlinkSync(join(folder, 'node_modules', name), join(modules, name));
  }
  for (const name of dependenciesOf(manifest)) symlinkSync(join(out, 'cjs', name), join(modules, name));
  symlinkSync(place, join(modules, manifest.name));
  const entries = Object.keys(manifest.publishConfig?.exports ?? manifest.exports).map(
    (entry) => manifest.name + entry.slice(1),
  );
  const program = join(place, 'program.cjs');
  writeFileSync(program, entries.map((entry) => `require(${JSON.stringify(entry)});\n`).join(''));
  run(process.execPath, ['--no-warnings', program]);
}

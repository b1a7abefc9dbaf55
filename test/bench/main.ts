import { spawnSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg, totalmem } from 'node:os';
import { measureBytes, reportBytes } from './bytes.js';
import { decimals } from './figures.js';
import { measureHotPath, reportHotPath } from './hot-path.js';
import { measureScale } from './scale.js';
import { reportScale } from './scale-report.js';
import { measureStorm, reportStorms, type StormSettings } from './storm.js';

interface Program {
  readonly name: string;
  readonly title: string;
  /** Measures and answers its section of the results. */
  run(): Promise<string>;
}

const FILE = new URL('RESULTS.md', import.meta.url);
const SESSIONS = 100_000;
const STORM: StormSettings = { sessions: 10_000, processes: 4, copies: 1, inFlight: 200 };

const programs: readonly Program[] = [
  {
    name: 'hot-path',
    title: 'The hot path, in process',
    run: async () => reportHotPath(await measureHotPath({ sessions: 1_000, rounds: 9, calls: 200_000 })),
  },
  {
    name: 'bytes',
    title: 'Bytes per session',
    run: async () => reportBytes(SESSIONS, await measureBytes(SESSIONS)),
  },
  {
    name: 'scale',
    title: '`GET /private`, by how many sessions there are',
    run: async () =>
      reportScale(
        await measureScale({ sizes: [1_000, 100_000, 1_000_000], rounds: 7, seconds: 5, connections: 50 }),
      ),
  },
  {
    name: 'storm',
    title: 'A storm of refreshes',
    run: async () => reportStorms([await measureStorm(STORM), await measureStorm({ ...STORM, copies: 5 })]),
  },
];

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => programs.every((program) => program.name !== name));
if (unknown.length > 0) throw new TypeError(`There is no program ${unknown.join(', ')}.`);
const before = await readFile(FILE, 'utf8').catch(() => '');
const sections: string[] = [];
for (const program of programs) {
  const again = wanted.length === 0 || wanted.includes(program.name);
  const section = again ? await newSection(program) : oldSection(before, program);
  if (section !== undefined) sections.push(section);
}
await writeFile(FILE, `${introduction()}\n\n${sections.join('\n\n')}\n`);

async function newSection({ name, title, run }: Program): Promise<string> {
  console.log(`${name} …`);
  const loads = loadavg().map((load) => decimals(load));
  const report = await run();
  return `## ${title}\n\n${report}\n\nLoad average of the machine when this began: ${loads.join(', ')}.`;
}

function oldSection(results: string, { title }: Program): string | undefined {
  const heading = `## ${title}\n`;
  const section = results.split(/\n(?=## )/).find((part) => part.startsWith(heading));
  return section?.trim();
}

function introduction(): string {
  const redis = /v=(\S+)/.exec(spawnSync('redis-server', ['--version']).stdout.toString())?.[1];
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB of memory`;
  return `# Results

Written by

\`\`\`sh
npx pnpm --filter @aihubmix-auth/bench bench
\`\`\`

or, one section of it, with \`${programs.map(({ name }) => name).join('`, `')}\` behind the command.

Measured on a virtual machine with ${availableParallelism()} cores and ${memory}, Node ${process.versions.node}, Redis ${redis}
without persistence, everything on loopback.

A load average well above 0 says that the machine was shared with other work, or had been a few minutes before; those of the later sections
hold the bench itself.`;
}

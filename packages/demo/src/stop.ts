import { readFileSync } from 'node:fs';

/** How often the launcher is looked for, in milliseconds. */
const INTERVAL = 250;

/** npx, pnpm and a shell for each. */
const MOST_ANCESTORS = 6;

/** Resolves when the process is asked to stop: by SIGTERM, by SIGINT, or by the end of the npx that launched it. */
export async function stopRequest(): Promise<void> {
  await new Promise<void>((resolve) => {
    // Listened to for good: a second signal must not end the process the hard way.
    process.on('SIGTERM', resolve);
    process.on('SIGINT', resolve);
    whenLauncherEnds(resolve);
  });
}

/**
 * A SIGTERM to `npx pnpm demo` ends npx and its shell and stops there: pnpm is never told, and the port stayed taken.
 * Only npx is watched, since a shell that put the command into the background may end. Needs `/proc`, so Linux.
 */
function whenLauncherEnds(stop: () => void): void {
  const launcher = ancestors().find((pid) => /^npm exec\b/.test(read(pid, 'cmdline')));
  if (launcher === undefined) return;
  const timer = setInterval(() => {
    if (ancestors().includes(launcher)) return;
    clearInterval(timer);
    stop();
  }, INTERVAL);
  timer.unref();
}

/** The process ids of the parent, its parent and so on. */
function ancestors(): number[] {
  const pids: number[] = [];
  let pid = process.ppid;
  while (pid > 1 && pids.length < MOST_ANCESTORS) {
    pids.push(pid);
    pid = Number(/^PPid:\s*(\d+)$/m.exec(read(pid, 'status'))?.[1] ?? 0);
  }
  return pids;
}

function read(pid: number, file: 'cmdline' | 'status'): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
}

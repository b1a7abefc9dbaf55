import type { Aihubmix } from '@aihubmix-auth/core';

/** Writes one line to stderr. Stdout holds nothing but the line that says where the demo listens. */
export function tell(line: string): void {
  process.stderr.write(`${line.replace(/\p{Cc}+/gu, ' ')}\n`);
}

/** Tells every event of a login, each on one line with its time. No event holds a secret. */
export function logEvents(core: Aihubmix): void {
  const note = (line: string) => tell(`${new Date().toISOString()} ${line}`);
  core.on('login', ({ userId }) => note(`login: user ${userId}`));
  core.on('loginFailed', ({ code, reason, message }) =>
    note(`loginFailed: ${reason === undefined ? code : `${code} (${reason})`}: ${message}`),
  );
  core.on('logout', ({ userId }) => note(`logout: user ${userId}`));
  core.on('refresh', ({ userId, duration }) => note(`refresh: user ${userId}, ${Math.round(duration)} ms`));
  core.on('refreshFailed', ({ userId, code }) => note(`refreshFailed: user ${userId}: ${code}`));
  core.on('sessionEnded', ({ userId, reason }) => note(`sessionEnded: user ${userId}: ${reason}`));
  core.on('fault', ({ error }) => note(`fault: ${error.code}: ${error.message}${causeOf(error)}`));
}

function causeOf({ cause }: Error): string {
  return cause instanceof Error ? ` Cause: ${cause.message}${causeOf(cause)}` : '';
}

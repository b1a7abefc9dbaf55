const LONGEST_MESSAGE = 300;

/**
 * A copy of an error that is safe to keep, log and serialize: name, `code` and message of the error and of the one
 * underneath, nothing else. Errors of HTTP and database clients carry requests, responses and command arguments in
 * further fields; those stay behind. Control characters are escaped, so that no log line can be forged.
 */
export function plainCause(error: unknown, secrets: readonly string[] = [], depth = 0): Error {
  if (!(error instanceof Error)) return new Error(`a thrown ${typeof error}`);
  const copy = new Error(legible(error.message, secrets));
  copy.name = legible(error.name, secrets);
  copy.stack = `${copy.name}: ${copy.message}`;
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string') Object.assign(copy, { code: legible(code, secrets) });
  if (error.cause instanceof Error && depth < 2) copy.cause = plainCause(error.cause, secrets, depth + 1);
  return copy;
}

/** One short line of printable ASCII without any of `secrets`. */
function legible(text: string, secrets: readonly string[]): string {
  let clean = text;
  for (const secret of secrets) {
    if (secret.length < 4) continue;
    clean = clean.replaceAll(secret, '[redacted]').replaceAll(encodeURIComponent(secret), '[redacted]');
  }
  return clean
    .slice(0, LONGEST_MESSAGE)
    .replace(/[^\x20-\x7e]/g, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

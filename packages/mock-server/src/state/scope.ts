/** The scopes there are, in the order in which they are answered. */
const KNOWN = ['profile', 'balance'] as const;

/** A scope the provider knows. */
export type Scope = (typeof KNOWN)[number];

/** What is granted when the authorize request names no scope. */
export const DEFAULT_SCOPE: readonly Scope[] = ['profile'];

/** Reads a space separated list; undefined when it names a scope there is not. */
export function parseScope(text: string): readonly Scope[] | undefined {
  const names = text.split(' ').filter((name) => name !== '');
  if (names.length === 0 || names.some((name) => !KNOWN.some((known) => known === name))) return undefined;
  return KNOWN.filter((known) => names.includes(known));
}

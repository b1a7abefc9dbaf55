/** Thrown for a control request that says nothing sensible. */
export class BadRequest extends Error {
  override readonly name = 'BadRequest';
}

/** A JSON object as it came in. */
export type Fields = Readonly<Record<string, unknown>>;

/** @throws BadRequest for anything but a JSON object */
export function object(value: unknown, name: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new BadRequest(`${name} must be an object`);
}

/** @throws BadRequest for anything but a text */
export function text(fields: Fields, name: string): string {
  const value = fields[name];
  if (typeof value === 'string') return value;
  throw new BadRequest(`${name} must be a text`);
}

/** @throws BadRequest for anything but a number */
export function number(fields: Fields, name: string): number {
  const value = fields[name];
  if (typeof value === 'number') return value;
  throw new BadRequest(`${name} must be a number`);
}

/** @throws BadRequest for anything but a user id, which is a text or a number */
export function userId(fields: Fields): number | string {
  const { userId: value } = fields;
  if (typeof value === 'string' || typeof value === 'number') return value;
  throw new BadRequest('userId must be a text or a number');
}

/** @throws BadRequest for a value that is not on the list */
export function oneOf<T extends string>(fields: Fields, name: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === fields[name]);
  if (found !== undefined) return found;
  throw new BadRequest(`${name} must be one of ${allowed.join(', ')}`);
}

/** @throws BadRequest for anything but an object of texts */
export function texts(fields: Fields, name: string): Record<string, string> {
  const record = object(fields[name], name);
  return Object.fromEntries(Object.keys(record).map((key) => [key, text(record, key)]));
}

/** Reads a field if it is there, as an object to spread. */
export function optional<Name extends string, T>(
  fields: Fields,
  name: Name,
  read: (fields: Fields, name: Name) => T,
): { [key in Name]?: T } {
  if (fields[name] === undefined) return {};
  return { [name]: read(fields, name) } as { [key in Name]?: T };
}

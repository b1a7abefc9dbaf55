import { violation } from '../journal/violations.js';
import { Refusal } from '../refusal.js';

/** Parameters by name, each given once and not empty. */
export type Parameters = ReadonlyMap<string, string>;

/**
 * Reads parameters as RFC 6749 §3.1 and §3.2 have it: one without a value counts as omitted, none may come twice.
 * @throws Refusal `invalid_request`
 */
export function readParameters(source: URLSearchParams): Parameters {
  const parameters = new Map<string, string>();
  for (const [name, value] of source) {
    if (source.getAll(name).length > 1) {
      throw new Refusal('invalid_request', 'a parameter is given twice', {
        violation: violation.duplicateParameter,
      });
    }
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/**
 * A parameter that has to be there.
 * @throws Refusal `invalid_request`
 */
export function requireParameter(parameters: Parameters, name: string): string {
  const value = parameters.get(name);
  if (value === undefined) throw new Refusal('invalid_request', `${name} is missing`);
  return value;
}

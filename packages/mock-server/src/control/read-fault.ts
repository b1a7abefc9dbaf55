import type { Fault } from '../faults/fault.js';
import { BadRequest, type Fields, number, object, oneOf, optional, text, texts } from './fields.js';

type Readers = { [Type in Fault['type']]: (fields: Fields) => Extract<Fault, { type: Type }> };

const READERS: Readers = {
  latency: (fields) => ({ type: 'latency', ms: number(fields, 'ms') }),
  hang: () => ({ type: 'hang' }),
  drop: (fields) => ({ type: 'drop', ...optional(fields, 'when', when) }),
  status: (fields) => ({
    type: 'status',
    status: number(fields, 'status'),
    ...optional(fields, 'headers', texts),
    ...optional(fields, 'body', text),
  }),
  body: (fields) => ({
    type: 'body',
    body: text(fields, 'body'),
    ...optional(fields, 'contentType', text),
    ...optional(fields, 'status', number),
    ...optional(fields, 'headers', texts),
  }),
  patch: (fields) => ({
    type: 'patch',
    patch: {},
    ...optional(fields, 'patch', (_, name) => object(fields[name], name)),
    ...optional(fields, 'remove', names),
  }),
  'gateway-error': (fields) => ({
    type: 'gateway-error',
    ...optional(fields, 'message', text),
    ...optional(fields, 'shape', shape),
  }),
  'slow-body': (fields) => ({ type: 'slow-body', msPerByte: number(fields, 'msPerByte') }),
};

/**
 * Reads the field `fault` of a control request.
 * @throws BadRequest
 */
export function readFault({ fault }: Fields): Fault {
  const fields = object(fault, 'fault');
  const types = Object.keys(READERS) as Fault['type'][];
  return READERS[oneOf(fields, 'type', types)](fields);
}

function when(fields: Fields): 'before' | 'after' {
  return oneOf(fields, 'when', ['before', 'after']);
}

function shape(fields: Fields): 'success-false' | 'error-object' {
  return oneOf(fields, 'shape', ['success-false', 'error-object']);
}

function names(fields: Fields): readonly string[] {
  const { remove: value } = fields;
  if (Array.isArray(value) && value.every((name) => typeof name === 'string')) return value;
  throw new BadRequest('remove must be a list of names');
}

import Negotiator from 'negotiator';
import type { AuthRequest } from './messages.js';

const JSON_TYPE = 'application/json';
const HTML_TYPE = 'text/html';

/**
 * What a client would rather have (RFC 9110 §12.5.1): `json`, `html`, or neither. A client that takes anything, such as
 * one that sends no `Accept` or a bare wildcard, has no preference: the order in which we offer must not decide.
 */
export function preference(request: AuthRequest): 'json' | 'html' | undefined {
  const accept = request.header('accept');
  if (accept === undefined) return undefined;
  const negotiator = new Negotiator({ headers: { accept } });
  const [first] = negotiator.mediaTypes([JSON_TYPE, HTML_TYPE]);
  const [other] = negotiator.mediaTypes([HTML_TYPE, JSON_TYPE]);
  if (first === undefined || first !== other) return undefined;
  return first === JSON_TYPE ? 'json' : 'html';
}

export function isJsonClient(request: AuthRequest): boolean {
  return preference(request) === 'json';
}

/** A person's browser going to a page, as far as a server can tell. */
export function isBrowserNavigation(request: AuthRequest): boolean {
  return request.method === 'GET' && preference(request) === 'html';
}

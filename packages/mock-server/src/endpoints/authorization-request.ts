import { type Parameters, readParameters, requireParameter } from '../http/parameters.js';
import { type Violation, violation } from '../journal/violations.js';
import type { MockApp } from '../options.js';
import { Refusal } from '../refusal.js';
import type { Apps } from '../state/apps.js';
import { isChallenge } from '../state/pkce.js';
import { DEFAULT_SCOPE, parseScope, type Scope } from '../state/scope.js';
import { withParameters } from './with-parameters.js';

/** An authorization request that is in order. */
export interface AuthorizationRequest {
  readonly app: Readonly<MockApp>;
  readonly redirectUri: string;
  readonly scope: readonly Scope[];
  readonly state: string;
  /** The S256 `code_challenge`, if one was sent. */
  readonly challenge: string | undefined;
  /** Whether the consent page is skipped. */
  readonly autoAuthorize: boolean;
}

/** What an authorization request amounts to. */
export type Verdict =
  | { readonly kind: 'valid'; readonly request: AuthorizationRequest }
  /** The application is told. */
  | { readonly kind: 'redirect'; readonly location: string; readonly violation: Violation | undefined }
  /** The user is told: a redirect would go to somebody unproven (RFC 6749 §4.1.2.1). */
  | { readonly kind: 'page'; readonly problem: string; readonly violation: Violation | undefined };

/** Checks the query of an authorization request (RFC 6749 §4.1.1, RFC 7636 §4.3). */
export function judge(query: URLSearchParams, apps: Apps): Verdict {
  const target = readTarget(query, apps);
  if ('problem' in target) return { kind: 'page', ...target };
  try {
    return { kind: 'valid', request: { ...target, ...readRest(readParameters(query)) } };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const location = withParameters(target.redirectUri, {
      error: error.code,
      error_description: error.message,
      state: single(query, 'state'),
    });
    return { kind: 'redirect', location, violation: error.violation };
  }
}

interface Target {
  readonly app: Readonly<MockApp>;
  readonly redirectUri: string;
}

interface Problem {
  readonly problem: string;
  readonly violation: Violation | undefined;
}

function readTarget(query: URLSearchParams, apps: Apps): Target | Problem {
  const clientId = single(query, 'client_id');
  const redirectUri = single(query, 'redirect_uri');
  const app = clientId === undefined ? undefined : apps.get(clientId);
  if (!app) {
    return { problem: 'The application (client_id) is not known.', violation: violation.unknownClient };
  }
  if (redirectUri === undefined || !app.redirectUris.includes(redirectUri)) {
    return {
      problem:
        'The redirect_uri is not registered for this application. It has to match character for character.',
      violation: violation.redirectUriMismatch,
    };
  }
  return { app, redirectUri };
}

function readRest(parameters: Parameters): Omit<AuthorizationRequest, keyof Target> {
  if (requireParameter(parameters, 'response_type') !== 'code') {
    throw new Refusal('unsupported_response_type', 'response_type must be code');
  }
  return {
    state: requireParameter(parameters, 'state'),
    scope: readScope(parameters.get('scope')),
    challenge: readChallenge(parameters.get('code_challenge'), parameters.get('code_challenge_method')),
    autoAuthorize: readFlag(parameters.get('auto_authorize')),
  };
}

function readScope(text: string | undefined): readonly Scope[] {
  const scope = text === undefined ? DEFAULT_SCOPE : parseScope(text);
  if (!scope) throw new Refusal('invalid_scope', 'there are the scopes profile and balance');
  return scope;
}

/** A challenge without a method would be `plain` (RFC 7636 §4.3), which is refused. */
function readChallenge(challenge: string | undefined, method: string | undefined): string | undefined {
  if (challenge === undefined && method === undefined) return undefined;
  if (method !== 'S256') {
    throw new Refusal('invalid_request', 'code_challenge_method must be S256', {
      violation: violation.challengeMethod,
    });
  }
  if (challenge === undefined || !isChallenge(challenge)) {
    throw new Refusal('invalid_request', 'code_challenge must be a SHA-256 digest in base64url', {
      violation: violation.challengeMalformed,
    });
  }
  return challenge;
}

function readFlag(text: string | undefined): boolean {
  if (text === undefined || text === 'false') return false;
  if (text === 'true') return true;
  throw new Refusal('invalid_request', 'auto_authorize must be true or false');
}

/** A parameter given exactly once and not empty. */
function single(query: URLSearchParams, name: string): string | undefined {
  const values = query.getAll(name);
  return values.length === 1 && values[0] !== '' ? values[0] : undefined;
}

import { createHash } from 'node:crypto';
import { violation } from '../journal/violations.js';
import { Refusal } from '../refusal.js';
import { equalText } from './equal-text.js';

/** `code-verifier = 43*128unreserved`, RFC 7636 §4.1. */
const VERIFIER = /^[A-Za-z0-9\-._~]{43,128}$/;

/** base64url of a SHA-256 digest without padding, RFC 7636 §4.2. */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** Whether a text can be an S256 `code_challenge`. */
export function isChallenge(text: string): boolean {
  return CHALLENGE.test(text);
}

/**
 * Checks a `code_verifier` against the challenge the code is bound to (RFC 7636 §4.6; that a verifier without a
 * challenge is refused too is RFC 9700 §2.1.1).
 * @throws Refusal
 */
export function checkVerifier(challenge: string | undefined, verifier: string | undefined): void {
  if (verifier !== undefined && !VERIFIER.test(verifier)) {
    throw new Refusal('invalid_request', 'code_verifier is malformed', {
      violation: violation.pkceMalformed,
    });
  }
  if (challenge === undefined && verifier === undefined) return;
  if (challenge === undefined) {
    throw new Refusal('invalid_grant', 'no code_challenge was sent', { violation: violation.pkceUnasked });
  }
  if (verifier === undefined) {
    throw new Refusal('invalid_grant', 'code_verifier is missing', { violation: violation.pkceMissing });
  }
  if (!equalText(createHash('sha256').update(verifier).digest('base64url'), challenge)) {
    throw new Refusal('invalid_grant', 'code_verifier is wrong', { violation: violation.pkceMismatch });
  }
}

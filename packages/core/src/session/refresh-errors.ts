import { AihubmixError } from '../errors.js';

/** Somebody ended the session while a request needed it. */
export function sessionGone(): AihubmixError {
  return new AihubmixError(
    'unauthenticated',
    'The session ended while this request was under way. Log in again.',
  );
}

/** The provider takes the refresh token no more; the session has been ended. */
export function grantOver(): AihubmixError {
  return new AihubmixError(
    'session_expired',
    'AIHubMix no longer accepts the grant of this user: it expired, or the user revoked it. The session is over; log in again.',
  );
}

/** A refresh that takes longer than the caller may wait. It may still come to a good end. */
export function refreshStuck(): AihubmixError {
  return new AihubmixError(
    'provider_unavailable',
    'A new access token did not come within the deadline. The user is still logged in; try again.',
  );
}

/** The provider refuses what it gave a moment ago. */
export function rejectedAgain(): AihubmixError {
  return new AihubmixError(
    'provider_error',
    'AIHubMix does not accept an access token that it has just issued. The user is still logged in; try again.',
  );
}

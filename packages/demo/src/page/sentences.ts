import type { ErrorCode } from '@aihubmix-auth/core';

/** What the page says about each error: what happened, and what to do. `offline` is its own: no answer at all. */
export const SENTENCES: Readonly<Record<ErrorCode | 'offline', string>> = {
  missing_parameters: 'AIHubMix sent you back without what a login needs. Please log in again.',
  invalid_request: 'The app could not read that request. Reload the page and try again.',
  unauthenticated: 'You are not logged in. Please log in.',
  session_expired: 'Your login is over: it expired, or it was revoked at AIHubMix. Please log in again.',
  access_denied: 'The login was refused. If you did not mean to refuse it, log in again and allow this app.',
  invalid_state:
    'This login is too old, already used, or began at another address or in another browser. Please log in again.',
  insufficient_scope:
    'You did not share this with the app. To change that, log out, log in again and allow it.',
  csrf: 'The request seemed to come from another site and was refused. Reload the page and try again.',
  method_not_allowed: 'The app does not answer such a request. Reload the page and try again.',
  server_error: 'Something went wrong in the app. Please try again; its log says what happened.',
  provider_error:
    'AIHubMix gave an answer that the app cannot use. Please try again; if it stays so, the log of the app says why.',
  provider_unavailable: 'AIHubMix does not answer right now. Please try again in a moment.',
  store_unavailable: 'The app cannot reach its sessions right now. Please try again in a moment.',
  offline: 'The app does not answer. Check your connection and try again.',
};

import { hash } from 'node:crypto';
import type { ErrorCode } from '../errors.js';
import type { AuthResponse, HeaderList } from './messages.js';
import { html } from './respond.js';

/** The same for every login, so that its hash can stand in the policy; what differs is in data attributes. */
const SCRIPT = `
const { origin, error, next } = document.documentElement.dataset;
const message = error ? { type: 'aihubmix:login', ok: false, error } : { type: 'aihubmix:login', ok: true };
if (window.opener) window.opener.postMessage(message, origin);
const channel = new BroadcastChannel('aihubmix');
channel.postMessage(message);
channel.close();
window.close();
setTimeout(() => location.replace(next), 300);
`;

const POLICY = [
  "default-src 'none'",
  `script-src 'sha256-${hash('sha256', SCRIPT, 'base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export interface PopupResult {
  /** The only origin that is told. */
  readonly origin: string;
  /** Present when the login failed. */
  readonly error?: ErrorCode;
  /** Where the window goes when it cannot close itself. */
  readonly next: string;
}

/**
 * The page that ends a login in a popup: tells its opener and closes. It tells by `postMessage` and on a
 * `BroadcastChannel`, since the provider's Cross-Origin-Opener-Policy may have cut off the opener.
 */
export function popupPage({ origin, error, next }: PopupResult, headers: HeaderList): AuthResponse {
  const data = Object.entries({ origin, error, next }).map(([name, value]) =>
    value === undefined ? '' : ` data-${name}="${escaped(value)}"`,
  );
  return html(
    `<!doctype html><html lang="en"${data.join('')}><meta charset="utf-8"><title>AIHubMix</title><p>${
      error === undefined
        ? 'You are logged in. This window can be closed.'
        : 'The login did not work. This window can be closed.'
    }</p><script>${SCRIPT}</script></html>`,
    POLICY,
    headers,
  );
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

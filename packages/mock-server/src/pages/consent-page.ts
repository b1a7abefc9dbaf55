import { html } from 'hono/html';
import type { AuthorizationRequest } from '../endpoints/authorization-request.js';
import type { MockUser } from '../options.js';
import type { Scope } from '../state/scope.js';
import { hidden, type Page } from './layout.js';

const MEANING: Readonly<Record<Scope, string>> = {
  profile: 'see your username and e-mail address',
  balance: 'see your account balance',
};

/** Asks the signed-in user whether the application may; `here` is the path of the authorization request. */
export function consentPage(request: AuthorizationRequest, user: MockUser, csrf: string, here: string): Page {
  return {
    title: `Allow ${request.app.name}?`,
    body: html`<p>You are signed in as <strong>${user.username}</strong>. The app asks to:</p>
<ul>${request.scope.map((name) => html`<li>${MEANING[name]}</li>`)}</ul>
<form method="post" action="/consent">
${hidden('csrf', csrf)}${hidden('request', here)}
<button name="decision" value="allow">Allow</button>
<button class="quiet" name="decision" value="deny">Deny</button>
</form>
<p class="soft">You return to ${new URL(request.redirectUri).origin}.</p>`,
  };
}

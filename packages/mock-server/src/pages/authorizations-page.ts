import { html } from 'hono/html';
import type { MockUser } from '../options.js';
import { hidden, type Markup, type Page } from './layout.js';

/** An application that a user has let in. */
export interface Authorization {
  readonly clientId: string;
  readonly name: string;
  readonly scope: readonly string[];
}

/** Authorization Management: what the signed-in user has let in, and how to shut it out. */
export function authorizationsPage(
  user: MockUser,
  authorizations: readonly Authorization[],
  csrf: string,
): Page {
  const entries = authorizations.map((authorization) => entry(authorization, csrf));
  return {
    title: 'Authorization Management',
    body: html`<p>Apps that <strong>${user.username}</strong> has authorized:</p>
${entries.length > 0 ? entries : html`<p class="note">None.</p>`}
<p><a href="/">Home</a></p>`,
  };
}

function entry({ clientId, name, scope }: Authorization, csrf: string): Markup {
  return html`<form class="note" method="post" action="/authorizations">
<div><strong>${name}</strong><br><span class="soft">${clientId} · ${scope.join(', ')}</span></div>
${hidden('csrf', csrf)}
<button class="danger" name="client" value="${clientId}" aria-label="Revoke ${name}">Revoke</button>
</form>`;
}

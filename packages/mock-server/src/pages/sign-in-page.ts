import { html } from 'hono/html';
import type { MockUser } from '../options.js';
import { hidden, type Markup, type Page } from './layout.js';

/** Offers every user to sign in as; afterwards the browser goes on to the path `next`. */
export function signInPage(
  users: readonly MockUser[],
  csrf: string,
  next: string,
  appName?: string,
  problem?: string,
): Page {
  const forms = users.map((user) => userForm(user, csrf, next));
  return {
    title: appName === undefined ? 'Sign in' : `Sign in to continue to ${appName}`,
    body: html`${problem === undefined ? '' : html`<p class="note" role="alert">${problem}</p>`}
${forms}`,
  };
}

function userForm(user: MockUser, csrf: string, next: string): Markup {
  return html`<form method="post" action="/sign-in">
${hidden('csrf', csrf)}${hidden('next', next)}
${user.password === undefined ? '' : passwordField(user)}
<button name="user" value="${String(user.id)}">Continue as ${user.username}</button>
</form>`;
}

function passwordField({ username }: MockUser): Markup {
  return html`<label>Password of ${username}
<input type="password" name="password" autocomplete="current-password" required></label>`;
}

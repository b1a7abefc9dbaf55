import { html } from 'hono/html';
import type { MockUser } from '../options.js';
import { hidden, type Page } from './layout.js';

/** Where a visitor starts. */
export function homePage(user: MockUser | undefined, csrf: string): Page {
  const links = html`<ul>
<li><a href="/topup">Top up</a></li>
<li><a href="/authorizations">Authorization Management</a></li>
</ul>`;
  if (!user) {
    return {
      title: 'Welcome',
      body: html`<p>Nobody is signed in.</p><p><a href="/sign-in">Sign in</a></p>${links}`,
    };
  }
  return {
    title: `Welcome, ${user.username}`,
    body: html`${links}<form method="post" action="/sign-out">${hidden('csrf', csrf)}<button class="quiet">Sign out</button></form>`,
  };
}

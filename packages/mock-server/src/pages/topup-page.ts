import { html } from 'hono/html';
import type { MockUser } from '../options.js';
import { hidden, type Page } from './layout.js';

/** What can be paid in, in US dollars. */
export const TOPUP_AMOUNTS: readonly string[] = ['5', '10', '50'];

/** Shows the balance, as the text `shown`, and raises it; `added` is what was just paid in. */
export function topupPage(user: MockUser, shown: string, csrf: string, added?: string): Page {
  return {
    title: 'Top up',
    body: html`${added === undefined ? '' : html`<p class="note" role="status">$${added}.00 added. You can close this page and return to the app.</p>`}
<p class="soft">Balance of ${user.username}</p>
<p class="amount" id="balance">${shown}</p>
<form method="post" action="/topup">
${hidden('csrf', csrf)}
${TOPUP_AMOUNTS.map((amount) => html`<button name="amount" value="${amount}">Add $${amount}</button>`)}
</form>
<p class="soft">No money moves: this is a mock. The app shows the new balance when you return to it.</p>
<p><a href="/">Home</a></p>`,
  };
}

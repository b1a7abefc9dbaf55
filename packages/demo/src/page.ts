import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { SENTENCES } from './page/sentences.js';

const style = read('style.css');
const script = read('client.js');

// The page brings its own policy, so that the targets need not know what is in it.
const policy = [
  "default-src 'none'",
  `script-src '${hashOf(script)}'`,
  `style-src '${hashOf(style)}'`,
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="8" fill="#0b7367"/><circle cx="11" cy="14" r="4" fill="none" stroke="#fff" stroke-width="2.5"/><path d="M15 14h8m-2.5 0v4" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/></svg>';

/** The page of every demo app, whole: it loads nothing but the answers of the login's own routes. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>AIHubMix login demo</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${style}</style>
</head>
<body data-view="loading">
<main>
<div class="card">
<h1>${icon.replace('<svg ', '<svg aria-hidden="true" ')}AIHubMix login demo</h1>
<div class="views" id="views" aria-busy="true">
<section class="view" id="loading" aria-label="Loading">
<p class="soft">Loading…</p>
<noscript><p>This page needs JavaScript.</p></noscript>
</section>
<section class="view" id="out" aria-label="Logged out">
<p>With your AIHubMix account this app learns your name, e-mail address and balance. It never sees your password, and this browser never sees a token.</p>
<a class="button primary first" id="log-in" href="/auth/login?returnTo=/">Log in with AIHubMix</a>
</section>
<section class="view" id="in" aria-label="Your account">
<div>
<p class="one-line" id="name">–</p>
<p class="soft one-line" id="email">–</p>
</div>
<dl class="balance">
<dt class="soft">Balance</dt>
<dd class="one-line" id="balance">–</dd>
</dl>
<div class="actions">
<a class="button primary" id="top-up" href="/auth/topup" target="_blank" rel="noopener">Top up<span aria-hidden="true"> ↗</span></a>
<button class="first" id="refresh" type="button">Refresh</button>
<button id="log-out" type="button">Log out</button>
</div>
</section>
<section class="view" id="failed" aria-label="Not available">
<p>The app could not tell whether you are logged in.</p>
<button class="first" id="try-again" type="button">Try again</button>
</section>
</div>
<footer class="soft"><a href="/private">/private</a> answers only those who are logged in.</footer>
</div>
<p id="status" role="status" aria-live="polite" data-kind="note"><span id="message"></span></p>
</main>
<script type="application/json" id="sentences">${JSON.stringify(SENTENCES).replaceAll('<', '\\u003c')}</script>
<script>${script}</script>
</body>
</html>
`;

function read(name: string): string {
  return readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

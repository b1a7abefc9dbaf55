import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { LANGUAGES, type PageTexts, TEXTS } from './page/texts.js';

const style = read('switch.css') + read('style.css');
const script = read('client.js');

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 28 28"><rect width="28" height="28" rx="8" fill="#0b7367"/><circle cx="11" cy="14" r="4" fill="none" stroke="#fff" stroke-width="2.5"/><path d="M15 14h8m-2.5 0v4" stroke="#fff" stroke-width="2.5" stroke-linecap="round"/></svg>';

/** The headers that go with the page: it runs its own script and style and the account element, and nothing frames it. */
export const pageHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'none'",
    `script-src 'self' '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "connect-src 'self'",
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
};

/** The page of every demo app: the account element, and how to try it. To be sent with `pageHeaders`. */
export const page = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${TEXTS.en.title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${style}</style>
<script type="module" src="/auth/browser.js"></script>
</head>
<body>
<header>
<p class="brand">${icon.replace('<svg ', '<svg aria-hidden="true" ')}aihubmix-auth</p>
${choice('language', 'lang', languageOptions())}
</header>
<main>
<h1 data-text="headline">${TEXTS.en.headline}</h1>
${text('about', 'p')}
<div class="card">
<aihubmix-account><noscript><a class="button" href="/auth/login?returnTo=/">Log in with AIHubMix</a></noscript></aihubmix-account>
<div class="below">
${choice('how', 'login', [option('login', 'popup', text('popup')), option('login', 'redirect', text('redirect'))])}
<p class="tip" data-text="tip">${TEXTS.en.tip}</p>
</div>
<div class="snippet">
${text('snippet', 'p')}
<pre><code>&lt;script type="module" src="/auth/browser.js"&gt;&lt;/script&gt;
<span>&lt;aihubmix-account<b id="attribute"></b>&gt;</span><span>&lt;/aihubmix-account&gt;</span></code></pre>
</div>
</div>
<p class="private"><a href="/private">/private</a> ${text('private')}</p>
</main>
<script type="application/json" id="texts">${JSON.stringify(TEXTS).replaceAll('<', '\\u003c')}</script>
<script>${script}</script>
</body>
</html>
`;

/** A text that the page's script says in another language. */
function text(name: keyof PageTexts, tag: 'p' | 'span' = 'span'): string {
  return `<${tag} data-text="${name}">${TEXTS.en[name]}</${tag}>`;
}

function choice(legend: keyof PageTexts, name: string, options: readonly string[]): string {
  return `<fieldset class="choice ${name}">
<legend data-text="${legend}">${TEXTS.en[legend]}</legend>
<div class="options">${options.join('')}</div>
</fieldset>`;
}

// Without `autocomplete` a browser would restore the choice on reload, past the script that shows it.
function option(name: string, value: string, label: string, lang = ''): string {
  return `<label${lang}><input type="radio" name="${name}" value="${value}" autocomplete="off">${label}</label>`;
}

function languageOptions(): string[] {
  return Object.entries(LANGUAGES).map(([tag, name]) =>
    option('lang', tag, `<span>${name}</span>`, ` lang="${tag}"`),
  );
}

function read(name: string): string {
  return readFileSync(new URL(`./page/${name}`, import.meta.url), 'utf8');
}

function hashOf(content: string): string {
  return `sha256-${createHash('sha256').update(content).digest('base64')}`;
}

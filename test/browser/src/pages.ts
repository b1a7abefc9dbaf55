/** Strict: what the element and the SDK must run under. */
const POLICY = "default-src 'self'";

export interface TestPage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** The pages that stand beside the demo app, on its origin. */
export function pageFor(path: string, query: URLSearchParams): TestPage | undefined {
  if (path === '/account') return html(account(query));
  if (path === '/plain') return html(PLAIN);
  if (path === '/plain.js') return script("import * as sdk from '/auth/browser.js'; window.sdk = sdk;");
  if (path === '/framing') return html(PLAIN, `${POLICY}; frame-src *`);
  if (path === '/auto') {
    return html('<p>A login without a click.</p><script type="module" src="/auto.js"></script>');
  }
  if (path === '/auto.js') return script(AUTO);
  if (path === '/page.css') return { headers: { 'content-type': 'text/css' }, body: STYLE };
  return undefined;
}

/** What an app without a bundler writes, and text around it that must not move. */
function account(query: URLSearchParams): string {
  const attributes = query.get('attributes') ?? '';
  return `<h1>An app</h1>
<p>Before <aihubmix-account ${attributes}></aihubmix-account> after</p>
<p id="below">Below</p>`;
}

function html(body: string, policy = POLICY): TestPage {
  return {
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
    body: `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>An app</title>
<link rel="stylesheet" href="/page.css">
<script type="module" src="/auth/browser.js"></script>
</head>
<body><main>${body}</main></body>
</html>`,
  };
}

function script(body: string): TestPage {
  return { headers: { 'content-type': 'text/javascript' }, body };
}

const PLAIN = '<p>An app of its own.</p><script type="module" src="/plain.js"></script>';

const AUTO = `
import { createAihubmix } from '/auth/browser.js';
createAihubmix().login({ popup: true, returnTo: '/plain' });
`;

/** The first rule is the README's: it keeps the place until the script has come. */
const STYLE = `
aihubmix-account:not(:defined) { display: inline-block; inline-size: 24rem; max-inline-size: 100%; min-block-size: 3.5rem; vertical-align: middle; }
:root { color-scheme: light dark; }
body { margin: 1rem; font: 1rem/1.5 system-ui, sans-serif; }
@media (prefers-color-scheme: dark) { body { background: #12171e; color: #e8edf4; } }
`;

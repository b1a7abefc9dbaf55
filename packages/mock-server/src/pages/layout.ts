import type { Context } from 'hono';
import { html, raw } from 'hono/html';
import type { Provider } from '../provider.js';
import { CONTENT_SECURITY_POLICY, STYLE } from './style.js';

/** Markup whose interpolated values are escaped. */
export type Markup = ReturnType<typeof html>;

/** A page: its title, which is also its heading, and what stands below. */
export interface Page {
  readonly title: string;
  readonly body: Markup;
}

/** Answers a page that nobody may store, frame, or learn the address of. */
export function showPage(
  { settings }: Provider,
  c: Context,
  page: Page,
  status: 200 | 400 | 403 | 404 = 200,
): Response | Promise<Response> {
  c.header('Cache-Control', 'no-store');
  c.header('Content-Security-Policy', CONTENT_SECURITY_POLICY);
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  if (settings.coop) c.header('Cross-Origin-Opener-Policy', 'same-origin');
  return c.html(layout(page), status);
}

function layout({ title, body }: Page): Markup {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<p class="brand">AIHubMix mock provider</p>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`;
}

/** A hidden form field. */
export function hidden(name: string, value: string): Markup {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

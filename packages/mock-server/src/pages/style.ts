import { createHash } from 'node:crypto';

/** The style of all pages. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1b2430; --soft: #5d6b7c; --paper: #fff; --ground: #f2f4f7; --line: #d7dde5; --accent: #2456d6; --danger: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8edf4; --soft: #9fb0c3; --paper: #1c232d; --ground: #12171e; --line: #34404e; --accent: #6f9bff; --danger: #ff8a80; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1rem; background: var(--ground); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif; }
main { width: 100%; max-width: 26rem; padding: 1.75rem; background: var(--paper); border: 1px solid var(--line); border-radius: 0.9rem; }
.brand { margin: 0 0 1rem; color: var(--soft); font-size: 0.85rem; }
h1 { margin: 0 0 0.75rem; font-size: 1.35rem; line-height: 1.25; overflow-wrap: anywhere; }
p, li { overflow-wrap: anywhere; }
a { color: var(--accent); }
ul { padding-left: 1.2rem; }
form { display: grid; gap: 0.6rem; margin: 0.9rem 0; }
label { display: grid; gap: 0.25rem; font-size: 0.9rem; color: var(--soft); }
input { padding: 0.6rem 0.75rem; border: 1px solid var(--line); border-radius: 0.55rem; background: transparent; color: var(--ink); font: inherit; }
button { padding: 0.7rem 1rem; border: 1px solid var(--accent); border-radius: 0.55rem; background: var(--accent); color: var(--paper); font: inherit; font-weight: 600; cursor: pointer; overflow-wrap: anywhere; }
button.quiet { background: transparent; color: var(--accent); }
button.danger { background: transparent; border-color: var(--danger); color: var(--danger); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.amount { margin: 0; font-size: 2rem; font-weight: 700; font-variant-numeric: tabular-nums; }
.note { padding: 0.6rem 0.8rem; border: 1px solid var(--line); border-radius: 0.55rem; }
.soft { color: var(--soft); font-size: 0.9rem; }
`;

/** Allows exactly this style, no script, and no frame around the page. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The whole style. Every colour and measure of it can be set from outside by a custom property. */
const CSS = `
:host {
  --_ink: var(--aihubmix-color, #1b2430);
  --_soft: var(--aihubmix-muted-color, #566375);
  --_paper: var(--aihubmix-background, #fff);
  --_line: var(--aihubmix-border-color, #d7dde5);
  --_accent: var(--aihubmix-accent, #2456d6);
  --_on: var(--aihubmix-accent-color, #fff);
  --_round: var(--aihubmix-radius, 0.75rem);
  display: inline-block;
  box-sizing: border-box;
  inline-size: var(--aihubmix-width, 24rem);
  max-inline-size: 100%;
  min-block-size: var(--aihubmix-height, 3.5rem);
  vertical-align: middle;
  container-type: inline-size;
  color: var(--_ink);
  color-scheme: light;
  font: 1rem/1.25 var(--aihubmix-font, system-ui, sans-serif);
  text-align: start;
}
@media (prefers-color-scheme: dark) {
  :host(:not([theme='light'])) {
    --_ink: var(--aihubmix-color, #e8edf4);
    --_soft: var(--aihubmix-muted-color, #a5b4c5);
    --_paper: var(--aihubmix-background, #1c232d);
    --_line: var(--aihubmix-border-color, #3a4757);
    --_accent: var(--aihubmix-accent, #8fb1ff);
    --_on: var(--aihubmix-accent-color, #0c1424);
    color-scheme: dark;
  }
}
:host([theme='dark']) {
  --_ink: var(--aihubmix-color, #e8edf4);
  --_soft: var(--aihubmix-muted-color, #a5b4c5);
  --_paper: var(--aihubmix-background, #1c232d);
  --_line: var(--aihubmix-border-color, #3a4757);
  --_accent: var(--aihubmix-accent, #8fb1ff);
  --_on: var(--aihubmix-accent-color, #0c1424);
  color-scheme: dark;
}
:host([hidden]), [hidden] { display: none !important; }
* { box-sizing: border-box; }
[part~='box'] {
  display: flex;
  align-items: center;
  gap: 0.5rem;
  min-block-size: var(--aihubmix-height, 3.5rem);
  padding-inline: 0.75rem 0.5rem;
  border: 1px solid var(--_line);
  border-radius: var(--_round);
  background: var(--_paper);
}
:host([state='out']) [part~='box']:has([part~='login']:not([hidden])) { padding: 0; border-color: transparent; background: none; }
button {
  margin: 0;
  padding: 0;
  border: 1px solid transparent;
  border-radius: calc(var(--_round) * 0.7);
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
  touch-action: manipulation;
}
:focus-visible { outline: 0.1875rem solid var(--_accent); outline-offset: 0.125rem; }
[part~='primary'] {
  flex: none;
  min-block-size: 2.25rem;
  padding: 0.25rem 0.75rem;
  background: var(--_accent);
  color: var(--_on);
  font-weight: 600;
  font-size: 0.875rem;
}
[part~='primary']:hover { filter: brightness(1.08); }
[part~='login'] {
  flex: 1;
  min-block-size: calc(var(--aihubmix-height, 3.5rem) - 2px);
  border-radius: var(--_round);
  font-size: 1rem;
}
[part~='icon'] {
  display: grid;
  flex: none;
  place-items: center;
  inline-size: 2.25rem;
  block-size: 2.25rem;
  color: var(--_soft);
}
[part~='icon']:hover { background: color-mix(in srgb, var(--_ink) 8%, transparent); color: var(--_ink); }
[part~='refresh'] { position: relative; margin-inline-start: auto; inline-size: 1.5rem; block-size: 1.5rem; }
[part~='refresh']::after { position: absolute; inset: -0.375rem; content: ''; }
svg {
  inline-size: 1.125rem;
  block-size: 1.125rem;
  fill: none;
  stroke: currentColor;
  stroke-width: 2;
  stroke-linecap: round;
  stroke-linejoin: round;
}
[part~='refresh'] svg { inline-size: 0.9375rem; block-size: 0.9375rem; }
[part~='avatar'] {
  display: none;
  flex: none;
  place-items: center;
  inline-size: 2.25rem;
  block-size: 2.25rem;
  border-radius: 50%;
  background: color-mix(in srgb, var(--_accent) 16%, var(--_paper));
  color: var(--_accent);
  font-weight: 700;
}
@container (min-width: 23rem) { [part~='avatar'] { display: grid; } }
[part~='info'] { flex: 1; min-inline-size: 0; }
[part~='name'], [part~='line'] { display: flex; align-items: center; gap: 0.25rem; }
[part~='name'] { font-weight: 600; font-size: 0.9375rem; }
[part~='username'], [part~='balance'] { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; unicode-bidi: plaintext; }
[part~='line'] { min-block-size: 1.5rem; font-size: 0.8125rem; }
[part~='label'] { color: var(--_soft); }
[part~='balance'] { font-weight: 600; font-variant-numeric: tabular-nums; }
[part~='balance']:empty { inline-size: 3.5rem; block-size: 0.75rem; }
[part~='message'] { font-size: 0.8125rem; line-height: 1.2; overflow-wrap: anywhere; }
[part~='placeholder'] { flex: 1; block-size: 0.75rem; max-inline-size: 9rem; opacity: 0; animation: show 0.2s 0.3s forwards; }
[part~='placeholder'], [part~='balance']:empty { border-radius: 0.25rem; background: var(--_line); }
@keyframes show { to { opacity: 1; } }
@keyframes turn { to { transform: rotate(1turn); } }
@media (prefers-reduced-motion: no-preference) { [aria-busy='true'] [part~='refresh'] svg { animation: turn 0.9s linear infinite; } }
@media (forced-colors: active) { button { border-color: ButtonText; } [part~='balance']:empty, [part~='placeholder'] { background: GrayText; } }
`;

let sheet: CSSStyleSheet | undefined;

/** One sheet for all elements of a page. Constructed, since a policy without `unsafe-inline` allows no other of ours. */
export function styleSheet(): CSSStyleSheet {
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
  }
  return sheet;
}

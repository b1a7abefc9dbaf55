import { styleSheet } from './style.js';
import type { TextName, Texts } from './texts.js';

/** What the element shows. */
export interface Model {
  /** `out` holds the login button; `failed`: it is not known who is logged in. */
  readonly state: 'loading' | 'out' | 'in' | 'failed';
  readonly name?: string;
  /** `undefined` while it is on its way, `null` when the user did not share it. */
  readonly balance?: { readonly formatted: string; readonly unlimited: boolean } | null | undefined;
  /** Something is under way. */
  readonly busy?: boolean;
  readonly message?: TextName | undefined;
}

/** What the buttons do. */
export interface Actions {
  login(): void;
  retry(): void;
  refresh(): void;
  topUp(): void;
  logout(): void;
}

export interface View {
  show(model: Model, texts: Texts, language: string): void;
}

const REFRESH = 'M20 12a8 8 0 1 1-2.3-5.7L20 8.6M20 4v4.6h-4.6';
const LEAVE = 'M10 4H5v16h5M15 8l4 4-4 4M19 12H10';

/** All that there is, whatever shows. */
type Parts = ReturnType<typeof build>;

/**
 * Builds everything once, and shows and hides it afterwards, so that nothing flickers and the focus stays where it is.
 * Texts are set as text, never as markup.
 */
export function createView(root: ShadowRoot, actions: Actions): View {
  let act = actions.login;
  const parts = build(actions, () => act());
  const { login, action, box } = parts;
  root.adoptedStyleSheets = [styleSheet()];
  root.append(box);
  return {
    show(model, texts, language) {
      const focused = root.activeElement;
      act = model.state === 'out' ? actions.login : actions.retry;
      box.lang = language;
      arrange(parts, model);
      write(parts, model, texts);
      if (focused?.closest('[hidden]')) {
        ([login, action].find((candidate) => !candidate.hidden) ?? box).focus();
      }
    },
  };
}

function build(actions: Actions, act: () => void) {
  const placeholder = make('span', 'placeholder');
  const login = button('login primary', actions.login);
  const avatar = make('span', 'avatar');
  const username = make('span', 'username');
  const label = make('span', 'label');
  const amount = make('span', 'balance');
  const message = make('span', 'message');
  const refresh = button('refresh icon', actions.refresh, REFRESH);
  const name = make('div', 'name', username);
  const line = make('div', 'line', label, amount, message, refresh);
  const info = make('div', 'info', name, line);
  const action = button('action primary', act);
  const topUp = button('topup primary', actions.topUp);
  const logout = button('logout icon', actions.logout, LEAVE);
  const box = make('div', 'box', placeholder, login, avatar, info, action, topUp, logout);
  avatar.ariaHidden = 'true';
  box.role = 'group';
  box.tabIndex = -1;
  // Silent at first: a page that loads need not be talked over. What follows a click is told.
  box.addEventListener('click', () => info.setAttribute('aria-live', 'polite'), { once: true });
  return {
    placeholder,
    login,
    avatar,
    username,
    label,
    amount,
    message,
    refresh,
    name,
    line,
    info,
    action,
    topUp,
    logout,
    box,
  };
}

function arrange(parts: Parts, { state, balance, message }: Model): void {
  const isIn = state === 'in';
  const plain = state === 'out' && !message;
  parts.placeholder.hidden = state !== 'loading';
  parts.login.hidden = !plain;
  parts.info.hidden = !isIn && !message;
  parts.avatar.hidden = parts.topUp.hidden = parts.logout.hidden = !isIn;
  // A message needs the room of both lines where its language is wordy.
  parts.name.hidden = !isIn || !!message;
  parts.line.hidden = !message && balance === null;
  parts.label.hidden = parts.amount.hidden = !!message;
  parts.message.hidden = !message;
  parts.refresh.hidden = !isIn || balance === null;
  parts.action.hidden = isIn || plain || state === 'loading';
}

function write(parts: Parts, { state, name = '', balance, busy, message }: Model, texts: Texts): void {
  const { box } = parts;
  box.ariaLabel = state === 'loading' ? `${texts.account}: ${texts.loading}` : texts.account;
  box.ariaBusy = String(!!busy || state === 'loading');
  put(parts.login, texts[busy ? 'waiting' : 'login']);
  put(parts.action, texts[state === 'out' ? 'loginShort' : 'retry']);
  put(parts.topUp, texts.topUp);
  call(parts.topUp, `${texts.topUp} (${texts.newTab})`);
  call(parts.refresh, texts.refresh);
  call(parts.logout, texts.logout);
  put(parts.username, name);
  put(parts.avatar, [...name][0]?.toUpperCase() ?? '');
  put(parts.label, texts.balance);
  put(parts.amount, balance?.unlimited ? texts.unlimited : (balance?.formatted ?? ''));
  put(parts.message, message ? texts[message] : '');
}

/** Only what has changed: a live region tells of every change, also of one to the same text. */
function put(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function call(element: HTMLElement, text: string): void {
  element.ariaLabel = element.title = text;
}

function make(tag: 'div' | 'span', part: string, ...children: readonly Node[]): HTMLElement {
  const element = document.createElement(tag);
  element.setAttribute('part', part);
  element.append(...children);
  return element;
}

function button(part: string, act: () => void, icon?: string): HTMLButtonElement {
  const element = document.createElement('button');
  element.type = 'button';
  element.setAttribute('part', part);
  element.addEventListener('click', act);
  if (icon) element.append(drawing(icon));
  return element;
}

function drawing(path: string): SVGElement {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  const line = document.createElementNS(svg.namespaceURI, 'path');
  line.setAttribute('d', path);
  svg.append(line);
  return svg as SVGElement;
}

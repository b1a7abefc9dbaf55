import { type Attempt, createAttempt, type LoginHint } from './attempt.js';
import { glance } from './popup-watch.js';
import type { SessionState } from './session-state.js';
import type { Session } from './types.js';

export interface LoginOptions {
  /** In a popup, and the page stays. Call it straight from a click, or the browser blocks the popup. Default `false`. */
  readonly popup?: boolean;
  /** Where to go after a login by redirect: a path, or a URL that the server allows. Default: this page. */
  readonly returnTo?: string;
}

export interface Login {
  login(options?: LoginOptions): Promise<Session>;
  /** What the popup page said on the channel. */
  hint(hint: LoginHint): void;
  /** Ends a login that is under way. */
  abandon(): void;
}

/** Login by popup or redirect. `origin` is the server's, and the only one whose messages are read. */
export function createLogin(loginUrl: string, state: SessionState, signal: AbortSignal): Login {
  const { origin } = new URL(loginUrl);
  let attempt: Attempt | undefined;
  let popup: Window | null;

  addEventListener(
    'message',
    ({ source, origin: sender, data }) => {
      if (source === popup && sender === origin && data?.type === 'aihubmix:login') attempt?.hint(data, true);
    },
    { signal },
  );

  function address(returnTo: string, forPopup: boolean): string {
    const query = new URLSearchParams({ returnTo });
    if (forPopup) query.set('popup', '1');
    if (forPopup && origin !== location.origin) query.set('origin', location.origin);
    return `${loginUrl}?${query}`;
  }

  async function follow(opened: Window): Promise<Session> {
    popup = opened;
    const mine = createAttempt({
      look: () => glance(opened),
      ask: state.refresh,
      fresh: !state.known?.authenticated,
    });
    attempt = mine;
    try {
      return await mine.result;
    } finally {
      if (attempt === mine) attempt = undefined;
    }
  }

  return {
    async login({ popup: inPopup, returnTo = location.href } = {}) {
      if (inPopup) {
        if (attempt && popup && !popup.closed) {
          popup.focus();
          return attempt.result;
        }
        attempt?.abandon();
        const opened = open(address(returnTo, true), '_blank', placed(480, 720));
        if (opened && !opened.closed) return follow(opened);
      }
      location.assign(address(returnTo, false));
      return state.known ?? { authenticated: false };
    },
    hint(hint) {
      if (attempt) attempt.hint(hint, false);
      else if (hint.ok === true) state.refresh().catch(() => {});
    },
    abandon: () => attempt?.abandon(),
  };
}

/** In the middle of this window. */
function placed(width: number, height: number): string {
  const left = screenX + (outerWidth - width) / 2;
  const top = screenY + (outerHeight - height) / 2;
  return `popup,width=${width},height=${height},left=${left},top=${top}`;
}

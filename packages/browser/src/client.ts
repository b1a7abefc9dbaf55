import { type AihubmixEventName, type AihubmixListener, createEvents } from './events.js';
import { createLogin, type LoginOptions } from './login.js';
import { request } from './request.js';
import { createSessionState, SESSION_MESSAGE } from './session-state.js';
import type { Balance, RouteName, Session, UserInfo } from './types.js';

export interface BrowserOptions {
  /** As on the server: a path, or the URL of a server on another origin that trusts this one. Default `/auth`. */
  readonly basePath?: string;
  /** Routes that the server has renamed, below `basePath`. */
  readonly routes?: Readonly<Partial<Record<RouteName, string>>>;
  /** When the login has expired, goes through it again at once, by redirect, and comes back to this page. Default `false`. */
  readonly loginAgain?: boolean;
}

/** Login, account and top-up of one server. Every promise settles, and is rejected with an `AihubmixError` only. */
export interface Aihubmix {
  /**
   * Logs in, by redirect or in a popup; a popup that the browser blocks becomes a redirect. A redirect is on its way when the
   * promise is fulfilled, with the session as it was.
   * @throws AihubmixError what the server's callback says (`access_denied`, …), `popup_closed`, `login_timeout`
   */
  login(options?: LoginOptions): Promise<Session>;
  /** Who is logged in. Costs no call to AIHubMix. */
  session(): Promise<Session>;
  /** The user and the balance, fresh from AIHubMix. */
  userInfo(): Promise<UserInfo>;
  /** The balance, fresh from AIHubMix. */
  balance(): Promise<Balance>;
  /**
   * Opens the user's top-up page in a new tab, or in this one if the browser blocks that. The balance is asked for again
   * when the user comes back. Call it straight from a click.
   */
  topUp(): Promise<void>;
  logout(): Promise<void>;
  /** Calls `listener` on every such event. Answers a function that ends it. */
  on<Name extends AihubmixEventName>(name: Name, listener: AihubmixListener<Name>): () => void;
  /** Lets go of the page: no more events, and a login that is under way ends with `popup_closed`. */
  close(): void;
}

/** Coming back to a page is told by several events at once. */
const BACK_AT_MOST_EVERY = 1_000;
const CAME_BACK = 'aihubmix=again';

/** Talks to the routes that a server package of this library serves. */
export function createAihubmix({
  basePath = '/auth',
  routes = {},
  loginAgain,
}: BrowserOptions = {}): Aihubmix {
  const base = new URL(basePath, location.href).href.replace(/\/$/, '');
  const url = (route: RouteName) => `${base}/${(routes[route] ?? route).replace(/^\//, '')}`;
  const events = createEvents();
  const channel = new BroadcastChannel('aihubmix');
  const stop = new AbortController();
  const { signal } = stop;
  const state = createSessionState(url, events, (message) => signal.aborted || channel.postMessage(message));
  const { login, hint, abandon } = createLogin(url('login'), state, signal);
  let balanceBefore: string | undefined;
  let toppingUp = false;
  let backAt = 0;

  channel.onmessage = ({ data }) => {
    if (data?.type === 'aihubmix:login') hint(data);
    const { known } = state;
    if (data?.type === SESSION_MESSAGE && known && data.authenticated !== known.authenticated) {
      state.refresh().catch(() => {});
    }
  };

  for (const name of ['focus', 'pageshow', 'online', 'visibilitychange']) {
    addEventListener(name, back, { signal });
    document.addEventListener(name, back, { signal });
  }

  function back(): void {
    const { known } = state;
    if (document.hidden || !known || Date.now() - backAt < BACK_AT_MOST_EVERY) return;
    backAt = Date.now();
    (toppingUp && known.authenticated ? balance() : state.refresh()).catch(() => {});
  }

  function tell(balance: Balance): void {
    if (balanceBefore !== balance.formatted) toppingUp &&= balanceBefore === undefined;
    balanceBefore = balance.formatted;
    events.emit('balance', balance);
  }

  async function balance(): Promise<Balance> {
    const { epoch } = state;
    const answer = (await state.ask('balance')) as Balance;
    if (epoch === state.epoch) tell(answer);
    return answer;
  }

  if (loginAgain) events.on('expired', comeBackOnce(login));

  return {
    login,
    session: state.session,
    balance,
    async userInfo() {
      const { epoch } = state;
      const answer = (await state.ask('userinfo')) as UserInfo;
      if (answer.balance && epoch === state.epoch) tell(answer.balance);
      return answer;
    },
    async topUp() {
      const tab = open('', '_blank');
      if (tab) tab.opener = null;
      try {
        const { url } = (await state.ask('topup')) as { url: string };
        (tab ?? window).location.assign(url);
        toppingUp = true;
      } catch (error) {
        tab?.close();
        throw error;
      }
    },
    async logout() {
      await request(url('logout'), 'POST');
      state.learn({ authenticated: false }, 'logout');
    },
    on: events.on,
    close() {
      abandon();
      stop.abort();
      channel.close();
    },
  };
}

/** Logs in again unless this page is where such a login ended: a provider that keeps refusing must not make a loop. */
function comeBackOnce(login: (options: LoginOptions) => Promise<unknown>): () => void {
  const { href } = location;
  const here = href.replace(/[?&]aihubmix=again(?=#|$)/, '');
  if (here !== href) {
    history.replaceState(history.state, '', here);
    return () => {};
  }
  return () => {
    const returnTo = new URL(location.href);
    returnTo.search += `${returnTo.search ? '&' : '?'}${CAME_BACK}`;
    login({ returnTo: returnTo.href }).catch(() => {});
  };
}

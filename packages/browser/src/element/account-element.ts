import { type Aihubmix, createAihubmix } from '../client.js';
import { codeOf } from '../errors.js';
import type { Session } from '../types.js';
import { languagesAt, lookUp } from './language.js';
import { LANGUAGES, TEXTS, textFor } from './texts.js';
import { createView, type Model, type View } from './view.js';

/** How long the answer about the session is waited for before the login button shows. */
const PATIENCE = 1_000;

const clients = new Map<string, Aihubmix>();

/** Elements of one server share what they know, and ask once. */
function clientFor(basePath: string, loginAgain: boolean): Aihubmix {
  const key = `${loginAgain} ${basePath}`;
  const client = clients.get(key) ?? createAihubmix({ basePath, loginAgain });
  clients.set(key, client);
  return client;
}

/** On a server there are no elements; importing this module there must not fail. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? class {};

/**
 * `<aihubmix-account>`: a login button; name, balance, top-up and logout once logged in.
 *
 * Attributes: `base` (the server's `basePath`), `redirect` (no popup), `return-to`, `login-again`, `theme` (`light`,
 * `dark`), `initial` (`in` or `out`, where the page's server knows). It sets `state`: `loading`, `out`, `in` or `failed`.
 */
export class AihubmixAccount extends Base {
  static readonly observedAttributes = ['lang'];
  /** Where the server is when neither `base` nor `client` says. */
  static base = '/auth';

  #client: Aihubmix | undefined;
  #view: View | undefined;
  #model: Model = { state: 'loading' };
  #stop: AbortController | undefined;

  /** Set it before the element is in the page to share a client with your own code, or to give it options. */
  get client(): Aihubmix {
    this.#client ??= clientFor(
      this.getAttribute('base') ?? AihubmixAccount.base,
      this.hasAttribute('login-again'),
    );
    return this.#client;
  }

  set client(client: Aihubmix) {
    this.#client = client;
    this.#model = { state: 'loading' };
    if (this.isConnected) this.connectedCallback();
  }

  connectedCallback(): void {
    this.disconnectedCallback();
    this.#view ??= createView(this.attachShadow({ mode: 'open' }), {
      login: () => this.#login(),
      retry: () => void this.#load(),
      refresh: () => void this.#refresh(),
      topUp: () => void this.#try(() => this.client.topUp()),
      logout: () => void this.#try(() => this.client.logout()),
    });
    this.#listen();
    void this.#load();
  }

  disconnectedCallback(): void {
    this.#stop?.abort();
  }

  attributeChangedCallback(): void {
    this.#show({});
  }

  #listen(): void {
    this.#stop = new AbortController();
    const { signal } = this.#stop;
    const observer = new MutationObserver(() => this.#show({}));
    observer.observe(document, { subtree: true, attributeFilter: ['lang'] });
    const ends = [
      this.client.on('login', (session) => this.#enter(session)),
      this.client.on('logout', () => this.#replace({ state: 'out' })),
      this.client.on('expired', () => this.#replace({ state: 'out', message: 'expired' })),
      this.client.on('balance', (balance) => this.#show({ balance, message: undefined })),
    ];
    signal.addEventListener('abort', () => {
      observer.disconnect();
      for (const end of ends) end();
    });
    addEventListener('online', () => this.#model.state === 'failed' && this.#load(), { signal });
  }

  async #load(): Promise<void> {
    const { client } = this;
    const initial = this.getAttribute('initial');
    if (this.#model.state !== 'in') this.#replace({ state: initial === 'out' ? 'out' : 'loading' });
    const impatient = setTimeout(
      () => this.#model.state === 'loading' && this.#replace({ state: 'out' }),
      initial === 'in' ? 2 ** 31 - 1 : PATIENCE,
    );
    try {
      const session = await client.session();
      if (client === this.#client) this.#enter(session);
    } catch (error) {
      this.#replace({ state: 'failed', message: textFor(codeOf(error)) ?? 'failed' });
    } finally {
      clearTimeout(impatient);
    }
  }

  #enter(session: Session): void {
    if (!session.authenticated) {
      const failed = new URLSearchParams(location.search).get('error');
      this.#replace({ state: 'out', message: textFor(failed ?? '') });
      return;
    }
    const { username, id } = session.user;
    const name = username || id;
    if (this.#model.name !== name) this.#replace({ state: 'in', name });
    void this.#refresh();
  }

  async #refresh(): Promise<void> {
    try {
      this.#show({ busy: true });
      await this.client.balance();
    } catch (error) {
      if (codeOf(error) === 'insufficient_scope') this.#show({ balance: null });
      else this.#complain(error);
    } finally {
      this.#show({ busy: false });
    }
  }

  #login(): void {
    this.#show({ busy: true, message: undefined });
    void this.#try(async () => {
      const returnTo = this.getAttribute('return-to') ?? location.href;
      await this.client.login({ popup: !this.hasAttribute('redirect'), returnTo });
    });
  }

  async #try(act: () => Promise<unknown>): Promise<void> {
    try {
      await act();
    } catch (error) {
      this.#complain(error);
    } finally {
      this.#show({ busy: false });
    }
  }

  /** An end of the session has been told by its event already. */
  #complain(error: unknown): void {
    const code = codeOf(error);
    if (code !== 'session_expired' && code !== 'unauthenticated') {
      this.#show({ message: textFor(code) ?? 'failed' });
    }
  }

  #replace(model: Model): void {
    this.#model = model;
    this.#show({});
  }

  #show(change: Partial<Model>): void {
    this.#model = { ...this.#model, ...change };
    if (!this.#view) return;
    const language = lookUp(languagesAt(this), LANGUAGES, 'en');
    this.#view.show(this.#model, TEXTS[language], language);
    this.setAttribute('state', this.#model.state);
  }
}

/** Makes `<aihubmix-account>` known to the page, once. */
export function defineAccountElement(): void {
  if (globalThis.customElements && !customElements.get('aihubmix-account')) {
    customElements.define('aihubmix-account', AihubmixAccount);
  }
}

import type { MockServer } from '@aihubmix-auth/mock-server';

/** Users of the mock provider. */
export const ADA = 12345;
export const GRACE = 67890;

export interface LoginChoices {
  readonly userId?: number;
  /** The path and query of the login route. */
  readonly at?: string;
  readonly decision?: 'allow' | 'deny';
}

/** A browser as far as a login needs one, with cookies of its own. It follows no redirect by itself. */
export class Browser {
  readonly cookies = new Map<string, string>();
  readonly #origin: string;
  readonly #mock: MockServer;

  constructor(origin: string, mock: MockServer) {
    this.#origin = origin;
    this.#mock = mock;
  }

  /** Any request, with the cookies. */
  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    if (cookie !== '') headers.set('cookie', cookie);
    const response = await fetch(new URL(path, this.#origin), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** The user goes to a page. */
  visit(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.send(path, { headers: { accept: 'text/html,*/*;q=0.8', ...headers } });
  }

  /** A script of the site asks for JSON. */
  fetch(path: string, init: RequestInit = {}): Promise<Response> {
    return this.send(path, { ...init, headers: { accept: 'application/json', origin: this.#origin } });
  }

  /** A script of the site posts nothing, as at logout. */
  post(path: string): Promise<Response> {
    return this.fetch(path, { method: 'POST' });
  }

  /** The user sends a form of the site. */
  submit(path: string, fields: Record<string, string> = {}): Promise<Response> {
    return this.send(path, {
      method: 'POST',
      headers: { accept: 'text/html', 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams(fields),
    });
  }

  /** Begins a login and lets the user decide at the provider. Answers the path and query of the callback. */
  async begin({ userId = ADA, at = '/auth/login', decision = 'allow' }: LoginChoices = {}): Promise<string> {
    const begun = await this.visit(at);
    const back = await this.#mock.authorize(begun.headers.get('location') ?? '', userId, decision);
    const { pathname, search } = new URL(back);
    return pathname + search;
  }

  /** A whole login. Answers what the callback answered. */
  async login(choices: LoginChoices = {}): Promise<Response> {
    return this.visit(await this.begin(choices));
  }

  #keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

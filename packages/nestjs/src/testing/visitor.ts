import type { MockServer } from '@aihubmix-auth/mock-server';

/** A browser without a screen: keeps cookies, follows no redirect by itself. */
export class Visitor {
  readonly #base: string;
  readonly #provider: MockServer;
  readonly #cookies = new Map<string, string>();

  constructor(base: string, provider: MockServer) {
    this.#base = base;
    this.#provider = provider;
  }

  async send(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('cookie', [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; '));
    const response = await fetch(this.#base + path, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  }

  /** As a click on a link. */
  navigate(path: string): Promise<Response> {
    return this.send(path, { headers: { accept: 'text/html,*/*;q=0.8' } });
  }

  /** As a form of the application's own page. */
  submit(path: string, fields: Record<string, string>): Promise<Response> {
    return this.send(path, {
      method: 'POST',
      headers: { accept: 'text/html', 'sec-fetch-site': 'same-origin' },
      body: new URLSearchParams(fields),
    });
  }

  /** Goes to the login, allows it at the provider, and answers what the callback answers. */
  async logIn(userId: number, loginPath = '/auth/login'): Promise<Response> {
    const login = await this.navigate(loginPath);
    const authorizeUrl = login.headers.get('location') ?? '';
    const { pathname, search } = new URL(await this.#provider.authorize(authorizeUrl, userId));
    return this.navigate(pathname + search);
  }

  #keep(line: string): void {
    const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
    if (/max-age=0/i.test(line)) this.#cookies.delete(name);
    else this.#cookies.set(name, value);
  }
}

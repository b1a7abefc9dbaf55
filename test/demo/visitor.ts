import { expect } from 'vitest';

/** A browser without pages: it keeps cookies by host and port, and follows redirects one by one. */
export class Visitor {
  readonly #cookies = new Map<string, Map<string, string>>();

  async get(url: string | URL, accept = 'text/html'): Promise<Response> {
    return this.#send(url, { headers: { accept } });
  }

  async post(url: string | URL, form: Readonly<Record<string, string>> = {}): Promise<Response> {
    const { origin } = new URL(url);
    return this.#send(url, { method: 'POST', headers: { origin }, body: new URLSearchParams(form) });
  }

  async json(url: string | URL): Promise<unknown> {
    return (await this.get(url, 'application/json')).json();
  }

  /** Logs in at the demo at `url` through the mock provider's own pages, as one of its users. */
  async logIn(url: string, user: string, returnTo = '/'): Promise<Response> {
    const toProvider = await this.get(`${url}/auth/login?returnTo=${encodeURIComponent(returnTo)}`);
    expect(toProvider.status).toBe(302);
    const authorize = locationOf(toProvider);
    const form = fieldsOf(await (await this.get(authorize)).text());
    const signedIn = await this.post(new URL('/sign-in', authorize), { ...form, user });
    const toApp = await this.get(locationOf(signedIn, authorize));
    return this.get(locationOf(toApp));
  }

  async #send(url: string | URL, init: RequestInit): Promise<Response> {
    const jar = this.#jar(new URL(url).host);
    const headers = new Headers(init.headers);
    if (jar.size > 0) headers.set('cookie', [...jar].map((pair) => pair.join('=')).join('; '));
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) keep(jar, line);
    return response;
  }

  #jar(host: string): Map<string, string> {
    const jar = this.#cookies.get(host) ?? new Map<string, string>();
    this.#cookies.set(host, jar);
    return jar;
  }
}

/** Where a redirect leads. */
function locationOf(response: Response, base?: string): string {
  return new URL(response.headers.get('location') ?? '', base).href;
}

function keep(jar: Map<string, string>, line: string): void {
  const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
  if (/;\s*max-age=0/i.test(line)) jar.delete(name);
  else jar.set(name, value);
}

/** The hidden fields of the first form in a page. */
function fieldsOf(html: string): Record<string, string> {
  const [form = ''] = /<form[\s\S]*?<\/form>/.exec(html) ?? [];
  const fields = form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)">/g);
  return Object.fromEntries([...fields].map(([, name, value]) => [name, value?.replaceAll('&amp;', '&')]));
}

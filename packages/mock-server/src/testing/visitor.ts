/** A browser without a screen: keeps cookies, fills in forms, follows no redirect by itself. */
export class Visitor {
  readonly cookies = new Map<string, string>();
  readonly #fetch: typeof globalThis.fetch;
  readonly #base: string;

  constructor(fetch: typeof globalThis.fetch, base: string) {
    this.#fetch = fetch;
    this.#base = base;
  }

  async open(path: string): Promise<Response> {
    return this.#send(path, {});
  }

  /** Presses a button: sends the hidden fields of the form that holds it, and the button's own value. */
  async press(page: string, label: string, fields: Record<string, string> = {}): Promise<Response> {
    const form = page.split('<form').find((part) => part.includes(`>${label}</button>`)) ?? '';
    const action = /action="([^"]*)"/.exec(form)?.[1] ?? '';
    const button = new RegExp(
      `name="([^"]*)" value="([^"]*)"[^>]*>${label.replace('$', '\\$')}</button>`,
    ).exec(form);
    const hidden = [...form.matchAll(/type="hidden" name="([^"]*)" value="([^"]*)"/g)];
    const pairs = [...hidden, ...(button ? [button] : [])].map(([, name = '', value = '']) => [
      name,
      unescapeHtml(value),
    ]);
    return this.post(action, { ...Object.fromEntries(pairs), ...fields });
  }

  async post(path: string, fields: Record<string, string>): Promise<Response> {
    return this.#send(path, { method: 'POST', body: new URLSearchParams(fields) });
  }

  async #send(path: string, init: RequestInit): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const url = new URL(path, this.#base);
    const response = await this.#fetch(url, { ...init, redirect: 'manual', headers: { cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split('=');
      this.cookies.set(name, value);
    }
    return response;
  }
}

function unescapeHtml(text: string): string {
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

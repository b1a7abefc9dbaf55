import type { MockServer } from '@aihubmix-auth/mock-server';

export interface Visitor {
  /** Asks a path of the site with the cookies that it set before; redirects are handed back. */
  ask(path: string, init?: RequestInit): Promise<Response>;
  /** Logs in at the provider and comes back, to where the callback sends on. */
  logIn(basePath?: string): Promise<Response>;
}

/** A browser as far as a login needs one: it keeps cookies and says where it navigates. */
export function createVisitor(site: string, provider: MockServer): Visitor {
  const cookies = new Map<string, string>();

  async function ask(path: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(cookie === '' ? {} : { cookie }), ...init.headers };
    const response = await fetch(new URL(path, site), { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) keep(line);
    return response;
  }

  function keep(line: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
    if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) cookies.delete(name);
    else cookies.set(name, value);
  }

  return {
    ask,
    async logIn(basePath = '/auth') {
      const login = await ask(`${basePath}/login?returnTo=/private`);
      return ask(await provider.authorize(login.headers.get('location') ?? '', 12345));
    },
  };
}

import type { OutgoingHttpHeaders } from 'node:http';
import { type Cookie, CookieJar, PrefixSecurityEnum } from 'tough-cookie';
import { type Answer, type Ask, ask } from './client.js';
import type { Site } from './site.js';

export const HTML = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8';
export const FORM = 'application/x-www-form-urlencoded';

/** What sessions of the application's own are called: express-session, koa-session, @fastify/session. */
const APPLICATION_COOKIES = ['connect.sid', 'koa.sess', 'koa.sess.sig', 'sessionId'];

/** What a browser sends when the user follows a link. */
export const NAVIGATION: OutgoingHttpHeaders = {
  accept: HTML,
  'sec-fetch-site': 'none',
  'sec-fetch-mode': 'navigate',
  'sec-fetch-dest': 'document',
};

/** What a browser sends when a script of the site itself fetches JSON. */
export const FETCH: OutgoingHttpHeaders = {
  accept: 'application/json',
  'sec-fetch-site': 'same-origin',
  'sec-fetch-mode': 'cors',
  'sec-fetch-dest': 'empty',
};

/** A browser with cookies of its own. It follows nothing by itself. */
export class Browser {
  readonly jar: CookieJar;
  readonly site: Site;

  constructor(site: Site, jar?: CookieJar) {
    this.site = site;
    this.jar = jar ?? new CookieJar(undefined, { prefixSecurity: PrefixSecurityEnum.STRICT });
  }

  /** The same browser at another process of the site. */
  at(site: Site): Browser {
    return new Browser(site, this.jar);
  }

  /** The user follows a link. */
  visit(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.send(path, { headers: { ...NAVIGATION, ...headers } });
  }

  /** A script of the site fetches JSON. */
  fetch(path: string, headers: OutgoingHttpHeaders = {}): Promise<Answer> {
    return this.send(path, { headers: { ...FETCH, ...headers } });
  }

  /** A script of the site posts. */
  post(path: string, headers: OutgoingHttpHeaders = {}, body = ''): Promise<Answer> {
    return this.send(path, { method: 'POST', headers: { ...FETCH, ...headers }, body });
  }

  async send(path: string, request: Ask): Promise<Answer> {
    const cookie = await this.cookieHeader();
    const headers = { host: new URL(this.site.origin).host, ...(cookie && { cookie }), ...request.headers };
    const answer = await ask(this.site.port, path, { ...request, headers });
    for (const { line } of answer.setCookies) await this.jar.setCookie(line, this.site.origin);
    return answer;
  }

  cookieHeader(): Promise<string> {
    return this.jar.getCookieString(this.site.origin);
  }

  cookies(): Promise<Cookie[]> {
    return this.jar.getCookies(this.site.origin);
  }

  /** The cookies that belong to logins in flight: whatever is neither our session nor the application's own. */
  async loginCookies(): Promise<Cookie[]> {
    const others = [this.site.sessionCookie, ...APPLICATION_COOKIES];
    return (await this.cookies()).filter(({ key }) => !others.includes(key));
  }

  /** The value of the session cookie. */
  async sessionId(): Promise<string | undefined> {
    return (await this.cookies()).find(({ key }) => key === this.site.sessionCookie)?.value;
  }

  /** What `/session` says. */
  // biome-ignore lint/suspicious/noExplicitAny: JSON
  async session(): Promise<any> {
    return (await this.fetch('/auth/session')).json();
  }
}

export interface LoginChoices {
  readonly userId?: number | string;
  readonly returnTo?: string;
  /** More query for `/login`. */
  readonly query?: string;
  readonly decision?: 'allow' | 'deny';
}

/** Begins a login and lets the user decide at the provider: the path and query that the browser comes back to. */
export async function beginLogin(browser: Browser, choices: LoginChoices = {}): Promise<string> {
  const { userId = ADA, returnTo, query, decision } = choices;
  const returning = returnTo === undefined ? undefined : `returnTo=${encodeURIComponent(returnTo)}`;
  const search = [returning, query].filter((part) => part !== undefined).join('&');
  const begun = await browser.visit(`/auth/login${search && `?${search}`}`);
  if (begun.status !== 302) throw new Error(`login did not begin: ${begun.show()}`);
  const back = new URL(await browser.site.mock.authorize(begun.location, userId, decision));
  return back.pathname + back.search;
}

/** A whole login as a browser does it. Answers what the callback answered. */
export async function login(browser: Browser, choices: LoginChoices = {}): Promise<Answer> {
  return browser.visit(await beginLogin(browser, choices), { 'sec-fetch-site': 'cross-site' });
}

/** A new browser in which a user is logged in. */
export async function loggedIn(site: Site, choices: LoginChoices = {}): Promise<Browser> {
  const browser = site.browser();
  const answer = await login(browser, choices);
  if (answer.status !== 303 || (await browser.sessionId()) === undefined) {
    throw new Error(`login failed: ${answer.show()}`);
  }
  return browser;
}

/** Users of the mock provider. */
export const ADA = 12345;
export const GRACE = 67890;
export const LINUS = 24680;

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether `url` is HTTPS, or plain HTTP to this machine as in development. */
export function isHttpsOrLoopback(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/** Parses an absolute `http:` or `https:` URL of printable ASCII; `undefined` for anything else. */
export function parseAbsoluteUrl(text: unknown): URL | undefined {
  if (typeof text !== 'string' || !/^https?:\/\/[^/\\?#][\x21-\x7e]*$/i.test(text)) return undefined;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/** The path of a request target: everything before the query. No browser sends a fragment. */
export function pathOf(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** The query of a request target. */
export function queryOf(target: string): URLSearchParams {
  const start = target.indexOf('?');
  return new URLSearchParams(start === -1 ? '' : target.slice(start + 1).split('#', 1)[0]);
}

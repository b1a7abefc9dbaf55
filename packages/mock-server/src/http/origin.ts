const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a URL is HTTPS, or plain HTTP to this machine. */
export function isHttpsOrLoopback(url: URL): boolean {
  return url.protocol === 'https:' || (url.protocol === 'http:' && LOOPBACK.has(url.hostname));
}

/**
 * The origin to build absolute links on: the one the request names where links to it may be followed,
 * else the one listened on, else the request's under HTTPS.
 */
export function publicOrigin(request: URL, listening: string | undefined): string {
  if (isHttpsOrLoopback(request)) return request.origin;
  return listening ?? `https://${request.host}`;
}

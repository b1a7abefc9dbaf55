/** A path on this server with its query, or `/` for anything that would lead elsewhere. */
export function localPath(text: string | null): string {
  const here = 'http://localhost';
  if (text === null || !URL.canParse(text, here)) return '/';
  const url = new URL(text, here);
  if (url.origin !== here || url.pathname.startsWith('//')) return '/';
  return url.pathname + url.search;
}

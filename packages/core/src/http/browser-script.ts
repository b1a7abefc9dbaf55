import { browserScript, browserScriptTag } from './browser-script.generated.js';
import type { HttpContext } from './context.js';
import type { AuthRequest, AuthResponse, HeaderList } from './messages.js';

/** The one answer below `basePath` that may be kept: it is the same for everybody, and asked after every time. */
const HEADERS: HeaderList = [
  ['cache-control', 'no-cache'],
  ['etag', browserScriptTag],
  ['x-content-type-options', 'nosniff'],
  ['referrer-policy', 'no-referrer'],
];

/** The browser SDK with `<aihubmix-account>`, for pages that have no bundler (RFC 9110 §13.1.2 for the 304). */
export function browserScriptRoute(_context: HttpContext, request: AuthRequest): AuthResponse {
  const known = (request.header('if-none-match') ?? '')
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(browserScriptTag) || known.includes('*'))
    return { status: 304, headers: HEADERS, body: '' };
  const type = ['content-type', 'text/javascript; charset=utf-8'] as const;
  return { status: 200, headers: [...HEADERS, type], body: browserScript };
}

import type { Context } from 'hono';

/** A request to an API endpoint, its body read. */
export interface ApiCall {
  readonly method: string;
  readonly url: URL;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** Of the content type, lower case and without parameters; empty when there is none. */
  readonly mediaType: string;
  readonly body: string;
  /** When it arrived, in milliseconds since 1970. */
  readonly time: number;
  /** The body parsed as JSON; undefined when it is none. */
  json(): unknown;
}

type Parts = Pick<ApiCall, 'method' | 'headers' | 'body'>;

/** Reads a request as an {@link ApiCall}. */
export async function readApiCall(c: Context, time: number): Promise<ApiCall> {
  const request = c.req.raw;
  const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
  return apiCall(new URL(request.url), time, {
    method: request.method,
    headers: request.headers,
    body: hasBody ? await c.req.text() : '',
  });
}

/** Makes an {@link ApiCall} of its parts; by default a plain GET. */
export function apiCall(url: URL, time: number, parts: Partial<Parts> = {}): ApiCall {
  const { method = 'GET', headers = new Headers(), body = '' } = parts;
  return {
    method,
    url,
    query: url.searchParams,
    headers,
    mediaType: (headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '',
    body,
    time,
    json: () => parseJson(body),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request as undiciRequest } from 'undici';
import { AihubmixError } from '../errors.js';

/** More than any answer of the provider can hold, in decoded bytes. */
const LARGEST_BODY = 1024 * 1024;
/** Shorter than the deadline of the whole, so that another host can still be tried. */
const CONNECT_TIMEOUT = 3_000;

export interface ProviderRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query, beginning with `/`. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Ends the exchange, the reading of the body included. */
  readonly signal: AbortSignal;
}

/** An answer that was read to its end. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: string;
}

/** One request to one origin and its whole answer. Follows no redirect, repeats nothing, throws what its client throws. */
export type Exchange = (origin: string, request: ProviderRequest) => Promise<Answer>;

/** Over a keep-alive pool of our own. Honours `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY`, except for loopback. */
export function undiciExchange(): { exchange: Exchange; close: () => Promise<void> } {
  const dispatcher = createDispatcher();
  let closed: Promise<void> | undefined;
  return {
    // A framework may end an application twice.
    close() {
      closed ??= dispatcher.close();
      return closed;
    },
    async exchange(origin, { method, path, headers, body, signal }) {
      const response = await undiciRequest(origin + path, {
        method,
        headers: { ...headers, 'accept-encoding': 'gzip' },
        body: body ?? null,
        signal,
        dispatcher,
      });
      const answerHeaders = new Headers();
      for (const [name, value] of Object.entries(response.headers)) {
        if (value !== undefined) answerHeaders.set(name, Array.isArray(value) ? value.join(', ') : value);
      }
      const bytes = await readCapped(response.body);
      const decoded = await decode(bytes, answerHeaders.get('content-encoding'));
      return { status: response.statusCode, headers: answerHeaders, body: decoded.toString('utf8') };
    },
  };
}

/** Over a `fetch` that the application brings: a corporate proxy, a test, another runtime. */
export function fetchExchange(fetch: typeof globalThis.fetch): Exchange {
  return async (origin, { method, path, headers, body, signal }) => {
    const response = await fetch(origin + path, {
      method,
      headers,
      signal,
      redirect: 'manual',
      ...(body === undefined ? {} : { body }),
    });
    const bytes = response.body === null ? Buffer.alloc(0) : await readCapped(response.body);
    return {
      // `redirect: 'manual'` shows a redirect as status 0 where the Fetch standard is followed to the letter.
      status: response.type === 'opaqueredirect' ? 302 : response.status,
      headers: response.headers,
      body: bytes.toString('utf8'),
    };
  };
}

function createDispatcher(): Dispatcher {
  const options = {
    connect: { timeout: CONNECT_TIMEOUT },
    maxResponseSize: LARGEST_BODY,
    keepAliveTimeout: 10_000,
  };
  const { env } = process;
  const proxied = env.HTTPS_PROXY ?? env.https_proxy ?? env.HTTP_PROXY ?? env.http_proxy;
  if (!proxied) return new Agent(options);
  const noProxy = [env.NO_PROXY ?? env.no_proxy, 'localhost,127.0.0.1,[::1]'].filter(Boolean).join(',');
  return new EnvHttpProxyAgent({ ...options, noProxy });
}

async function readCapped(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    for await (const chunk of body) {
      size += chunk.byteLength;
      if (size > LARGEST_BODY) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'UND_ERR_RES_EXCEEDED_MAX_SIZE') {
      throw tooLarge();
    }
    throw error;
  }
  return Buffer.concat(chunks);
}

const DECODERS: Readonly<
  Record<string, (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>>
> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/** Undoes one content coding. A list of them is refused: no honest server stacks them on so small an answer. */
async function decode(bytes: Buffer, encoding: string | null): Promise<Buffer> {
  const name = (encoding ?? 'identity').trim().toLowerCase();
  if (name === 'identity' || name === '' || bytes.length === 0) return bytes;
  const decoder = Object.hasOwn(DECODERS, name) ? DECODERS[name] : undefined;
  if (decoder === undefined)
    throw new AihubmixError('provider_error', 'AIHubMix answered in an encoding that was not asked for.');
  try {
    return await decoder(bytes, { maxOutputLength: LARGEST_BODY });
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw new AihubmixError('provider_error', 'The answer of AIHubMix is damaged: it does not decompress.');
  }
}

function tooLarge(): AihubmixError {
  return new AihubmixError(
    'provider_error',
    'AIHubMix answered with more than 1 MiB, which no answer of its API needs.',
  );
}

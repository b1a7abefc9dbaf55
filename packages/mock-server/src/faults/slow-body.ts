import type { Patience } from './patience.js';

/** The same answer with its body delivered one byte at a time. */
export async function slowBody(response: Response, msPerByte: number, patience: Patience): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const body = new ReadableStream(new SlowSource(bytes, msPerByte, patience));
  return new Response(body, { status: response.status, headers: response.headers });
}

class SlowSource {
  readonly #bytes: Uint8Array;
  readonly #msPerByte: number;
  readonly #patience: Patience;
  #next = 0;
  #ended = false;

  constructor(bytes: Uint8Array, msPerByte: number, patience: Patience) {
    this.#bytes = bytes;
    this.#msPerByte = msPerByte;
    this.#patience = patience;
  }

  /** On a port the connection tells that the answer is over; in process only the stream can. */
  start(controller: ReadableStreamDefaultController<Uint8Array>): void {
    const { client, closing, onPort } = this.#patience;
    if (onPort) return;
    for (const signal of [client, closing]) {
      signal.addEventListener('abort', () => this.#fail(controller, signal.reason), { once: true });
    }
  }

  async pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    if (this.#next === this.#bytes.length) {
      this.#ended = true;
      controller.close();
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, this.#msPerByte));
    if (this.#ended) return;
    controller.enqueue(this.#bytes.slice(this.#next, this.#next + 1));
    this.#next += 1;
  }

  cancel(): void {
    this.#ended = true;
  }

  #fail(controller: ReadableStreamDefaultController<Uint8Array>, reason: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    controller.error(reason);
  }
}

import { pause } from './waiting.js';

/** Who may end an answer early: the client that asked, or the server as it closes. */
export interface Patience {
  readonly client: AbortSignal;
  readonly closing: AbortSignal;
}

/** The same answer with its body delivered one byte at a time. */
export async function slowBody(
  response: Response,
  msPerByte: number,
  { client, closing }: Patience,
): Promise<Response> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  let next = 0;
  const fail = (controller: ReadableStreamDefaultController) => controller.error(client.reason);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => client.addEventListener('abort', () => fail(controller), { once: true }),
    pull: async (controller) => {
      if (next === bytes.length) return controller.close();
      await pause(msPerByte, closing);
      if (client.aborted) return;
      controller.enqueue(bytes.slice(next, next + 1));
      next += 1;
    },
  });
  return new Response(body, { status: response.status, headers: response.headers });
}

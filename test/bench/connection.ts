import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Reply {
  readonly status: number;
  readonly milliseconds: number;
}

/** One kept-alive connection, for one request at a time. */
export interface Connection {
  get(path: string, cookie: string): Promise<Reply>;
  close(): void;
}

const END_OF_HEAD = '\r\n\r\n';

/**
 * Speaks just enough HTTP for servers that send `content-length`. An HTTP client costs more than the server that is
 * measured here, and would be what the figures show.
 */
export async function openConnection(url: string): Promise<Connection> {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await once(socket, 'connect');
  const nextAnswer = answersOf(socket);
  return {
    async get(path, cookie) {
      const answer = nextAnswer();
      const begin = performance.now();
      socket.write(
        `GET ${path} HTTP/1.1\r\nhost: ${host}\r\naccept: application/json\r\ncookie: ${cookie}${END_OF_HEAD}`,
      );
      return { status: await answer, milliseconds: performance.now() - begin };
    },
    close: () => socket.destroy(),
  };
}

/** Answers a function that waits for the status of the next whole answer. */
function answersOf(socket: Socket): () => Promise<number> {
  let received = '';
  let resolve: (status: number) => void = () => {};
  let reject: (error: Error) => void = () => {};
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    received += chunk;
    const end = endOfAnswer(received);
    if (end === undefined || received.length < end) return;
    const status = Number(received.slice(9, 12));
    received = received.slice(end);
    resolve(status);
  });
  socket.on('error', (error) => reject(error));
  socket.on('close', () => reject(new Error('The server closed the connection.')));
  return () =>
    new Promise((succeed, fail) => {
      resolve = succeed;
      reject = fail;
    });
}

function endOfAnswer(received: string): number | undefined {
  const head = received.indexOf(END_OF_HEAD);
  if (head === -1) return undefined;
  const length = /\r\ncontent-length: (\d+)/i.exec(received.slice(0, head))?.[1];
  if (length === undefined) throw new Error('The server sent an answer without content-length.');
  return head + END_OF_HEAD.length + Number(length);
}

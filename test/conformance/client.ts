import { Agent, request as httpRequest, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import { connect } from 'node:net';

/** A request as it goes on the wire: nothing is normalised, encoded or followed. */
export interface Ask {
  readonly method?: string;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Uint8Array;
  /** Connections of its own, instead of those that all requests share. */
  readonly agent?: Agent;
}

/** An answer as it came off the wire. */
export class Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly setCookies: readonly SetCookie[];
  readonly text: string;
  /** Every header line, for searches. */
  readonly headerText: string;

  constructor(message: IncomingMessage, text: string) {
    this.status = message.statusCode ?? 0;
    this.headers = Object.fromEntries(
      Object.entries(message.headers).map(([name, value]) => [name, [value].flat().join(', ')]),
    );
    this.setCookies = (message.headers['set-cookie'] ?? []).map(readSetCookie);
    this.text = text;
    this.headerText = message.rawHeaders.join('\n');
  }

  get location(): string {
    const { location } = this.headers;
    if (location === undefined) throw new Error(`no Location in ${this.show()}`);
    return location;
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests look into JSON of any shape
  json(): any {
    try {
      return JSON.parse(this.text);
    } catch {
      throw new Error(`not JSON: ${this.show()}`);
    }
  }

  /** The code of an error: from the JSON body, or from the `error` that a redirect carries. */
  get code(): string | undefined {
    if (this.headers.location === undefined) return this.json().error;
    return new URL(this.location, 'http://nowhere.example').searchParams.get('error') ?? undefined;
  }

  show(): string {
    return `${this.status} ${this.headerText.replaceAll('\n', ' ')} ${this.text.slice(0, 300)}`;
  }
}

export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** Attributes by lower-case name; a flag is the empty string. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly line: string;
}

function readSetCookie(line: string): SetCookie {
  const [pair = '', ...rest] = line.split(';');
  const [name, value] = halves(pair);
  const attributes = Object.fromEntries(
    rest.map((part) => {
      const [key, text] = halves(part);
      return [key.toLowerCase(), text];
    }),
  );
  return { name, value, attributes, line };
}

function halves(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at < 0 ? [pair.trim(), ''] : [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
}

/** Whether a Set-Cookie takes the cookie away. */
export function isDeletion({ attributes }: SetCookie): boolean {
  const age = attributes['max-age'];
  if (age !== undefined) return Number(age) <= 0;
  return attributes.expires !== undefined && Date.parse(attributes.expires) < Date.now();
}

const sharedAgent = new Agent({ keepAlive: true });

/** Sends one request to a port of this machine. */
export function ask(port: number, path: string, request: Ask): Promise<Answer> {
  const { method = 'GET', headers = {}, body, agent = sharedAgent } = request;
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent }, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => resolve(new Answer(message, Buffer.concat(chunks).toString('utf8'))));
      message.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.setTimeout(20_000, () => outgoing.destroy(new Error(`no answer to ${method} ${path}`)));
    outgoing.end(body);
  });
}

/** Writes these bytes to a port and answers what comes back until the connection closes. */
export function wire(port: number, lines: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const socket = connect(port, '127.0.0.1', () => {
      socket.write(`${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n`, 'latin1');
    });
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')));
    socket.on('error', reject);
  });
}

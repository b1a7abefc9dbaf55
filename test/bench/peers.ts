import { createHmac } from 'node:crypto';
import { IncomingMessage, ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import { Socket } from 'node:net';
import session from 'express-session';
import Fastify, { type FastifyPluginCallback } from 'fastify';
import { sealData, unsealData } from 'iron-session';
import { userOf } from './sessions.js';

/** One way to tell who a request comes from. */
export interface Peer {
  readonly name: string;
  /** Slow ones are called this part as often. */
  readonly part: number;
  /** Makes what is needed for so many calls; what it answers is timed, and answers how many calls it made. */
  prepare(calls: number): Promise<() => Promise<number>>;
  close?(): Promise<void>;
}

const SECRET = 'a secret of the bench, long enough for all of them';

function nobody(): never {
  throw new Error('A peer does not know its own session.');
}

/** Opens the sealed cookie, which is all of its work on a request. */
export async function ironSession(sessions: number): Promise<Peer> {
  const options = { password: SECRET };
  const cookies = await Promise.all(
    Array.from({ length: Math.min(sessions, 200) }, (_, index) => sealData({ user: userOf(index) }, options)),
  );
  return {
    name: '`iron-session` 8, `unsealData`',
    part: 0.01,
    async prepare(calls) {
      return async () => {
        for (let call = 0; call < calls; call += 1) {
          const data = await unsealData<{ user?: object }>(cookies[call % cookies.length] ?? '', options);
          if (data.user === undefined) nobody();
        }
        return calls;
      };
    },
  };
}

interface SecureSession {
  get(key: string): unknown;
}

interface SecureSessionMembers {
  createSecureSession(data: object): SecureSession;
  encodeSecureSession(session: SecureSession): string;
  decodeSecureSession(cookie: string): SecureSession | null;
}

const require = createRequire(import.meta.url);
// Not imported: its types would give every Fastify request in the workspace another `session`.
const SECURE_SESSION: FastifyPluginCallback<{
  secret: string;
  salt: string;
}> = require('@fastify/secure-session');

/** Decodes the encrypted cookie, which is most of its work on a request. */
export async function secureSession(sessions: number): Promise<Peer> {
  const app = Fastify();
  await app.register(SECURE_SESSION, { secret: SECRET, salt: 'sixteen bytes ok' });
  await app.ready();
  const secure = app as unknown as SecureSessionMembers;
  const cookies = Array.from({ length: Math.min(sessions, 1_000) }, (_, index) =>
    secure.encodeSecureSession(secure.createSecureSession({ user: userOf(index) })),
  );
  return {
    name: '`@fastify/secure-session` 8, `decodeSecureSession`',
    part: 0.1,
    async prepare(calls) {
      return async () => {
        for (let call = 0; call < calls; call += 1) {
          const decoded = secure.decodeSecureSession(cookies[call % cookies.length] ?? '');
          if (decoded?.get('user') === undefined) nobody();
        }
        return calls;
      };
    },
    close: () => app.close(),
  };
}

/** Its middleware with its own memory store, up to `next()`. */
export async function expressSession(sessions: number): Promise<Peer> {
  const store = new session.MemoryStore();
  const middleware = session({ secret: SECRET, store, resave: false, saveUninitialized: false });
  const cookies = Array.from({ length: sessions }, (_, index) => {
    const id = `session-${index}`.padEnd(32, 'x');
    const data = { cookie: { originalMaxAge: null }, user: userOf(index) };
    store.set(id, data as unknown as session.SessionData);
    return `theme=dark; connect.sid=s%3A${id}.${encodeURIComponent(signatureOf(id))}`;
  });
  return {
    name: '`express-session` 1, memory store',
    part: 0.02,
    async prepare(calls) {
      const socket = new Socket();
      const requests = Array.from({ length: calls }, (_, call) =>
        requestWith(socket, cookies[call % cookies.length] ?? ''),
      );
      return async () => {
        await Promise.all(requests.map((request) => through(middleware, request)));
        socket.destroy();
        return calls;
      };
    },
  };
}

function signatureOf(id: string): string {
  return createHmac('sha256', SECRET).update(id).digest('base64').replace(/=+$/, '');
}

type ExpressRequest = Parameters<ReturnType<typeof session>>[0];
type ExpressResponse = Parameters<ReturnType<typeof session>>[1];

interface Pair {
  readonly request: ExpressRequest;
  readonly response: ExpressResponse;
}

function requestWith(socket: Socket, cookie: string): Pair {
  const request = new IncomingMessage(socket);
  request.url = '/private';
  request.headers = { cookie };
  return {
    request: Object.assign(request, { originalUrl: '/private' }) as unknown as ExpressRequest,
    response: new ServerResponse(request) as unknown as ExpressResponse,
  };
}

function through(middleware: ReturnType<typeof session>, { request, response }: Pair): Promise<void> {
  return new Promise((resolve) => {
    middleware(request, response, () => {
      if (!('user' in request.session)) nobody();
      resolve();
    });
  });
}

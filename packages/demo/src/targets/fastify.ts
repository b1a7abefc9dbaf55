import { type Account, aihubmix, type FastifyAihubmix } from '@aihubmix-auth/fastify';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import Fastify from 'fastify';
import { page, pageHeaders } from '../page.js';
import type { CreateApp } from '../target.js';

/** An app with one fixed instance writes `app.aihubmix` and `request.aihubmix`, and has no need to pass a name around. */
export const createApp: CreateApp = async (options) => {
  const { name = 'aihubmix' } = options;
  const app = Fastify();

  if (options.useAppSession) {
    await app.register(cookie);
    await app.register(session, {
      secret: [options.sessionSecret].flat(),
      cookie: { secure: 'auto', sameSite: 'lax' },
      saveUninitialized: false,
    });
  }
  await app.register(aihubmix, options);
  app.get('/', (_request, reply) => {
    reply.headers(pageHeaders).type('text/html; charset=utf-8').send(page);
  });
  const { core, requireLogin } = app.getDecorator<FastifyAihubmix>(name);
  app.get('/private', { preHandler: requireLogin }, async (request) => {
    return request.getDecorator<Account>(name).user;
  });
  await app.ready();

  return {
    listener: (request, response) => app.routing(request, response),
    core,
    close: () => app.close(),
  };
};

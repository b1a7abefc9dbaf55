import { aihubmix } from '@aihubmix-auth/fastify';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import Fastify from 'fastify';
import { page } from '../page.js';
import type { CreateApp } from '../target.js';

export const createApp: CreateApp = async (options) => {
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
    reply.type('text/html; charset=utf-8').send(page);
  });
  app.get('/private', { preHandler: app.aihubmix.requireLogin }, async (request) => request.aihubmix.user);
  await app.ready();

  return {
    listener: (request, response) => app.routing(request, response),
    core: app.aihubmix.core,
    close: () => app.close(),
  };
};

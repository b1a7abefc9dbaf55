import 'reflect-metadata';
import { type Aihubmix, getAihubmixToken } from '@aihubmix-auth/nestjs';
import cookie from '@fastify/cookie';
import session from '@fastify/session';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { CreateApp } from '../target.js';
import { appModule } from './nest-app.js';

export const createApp: CreateApp = async (options) => {
  const app = await NestFactory.create<NestFastifyApplication>(appModule(options), new FastifyAdapter(), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  if (options.useAppSession) {
    await app.register(cookie);
    await app.register(session, {
      secret: [options.sessionSecret].flat(),
      saveUninitialized: false,
      cookie: { secure: 'auto' },
    });
  }
  await app.init();
  const fastify = app.getHttpAdapter().getInstance();
  await fastify.ready();

  return {
    listener: (request, response) => fastify.routing(request, response),
    core: app.get<Aihubmix>(getAihubmixToken(options.name)),
    close: () => app.close(),
  };
};

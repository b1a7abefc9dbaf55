import 'reflect-metadata';
import { type Aihubmix, getAihubmixToken } from '@aihubmix-auth/nestjs';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';
import session from 'express-session';
import type { CreateApp } from '../target.js';
import { appModule } from './nest-app.js';

export const createApp: CreateApp = async (options) => {
  const app = await NestFactory.create<NestExpressApplication>(appModule(options), {
    logger: ['error', 'warn'],
    abortOnError: false,
  });
  if (options.useAppSession) {
    app.use(session({ secret: [options.sessionSecret].flat(), resave: false, saveUninitialized: false }));
  }
  await app.init();

  return {
    listener: app.getHttpAdapter().getInstance(),
    core: app.get<Aihubmix>(getAihubmixToken(options.name)),
    close: () => app.close(),
  };
};

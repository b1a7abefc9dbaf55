import { aihubmix } from '@aihubmix-auth/express';
import express from 'express';
import session from 'express-session';
import { page, pageHeaders } from '../page.js';
import type { CreateApp } from '../target.js';

export const createApp: CreateApp = async (options) => {
  const app = express();
  const auth = aihubmix(options);

  if (options.useAppSession) {
    app.use(session({ secret: [options.sessionSecret].flat(), resave: false, saveUninitialized: false }));
  }
  app.use(auth);
  app.get('/', (_request, response) => {
    response.set(pageHeaders).type('html').send(page);
  });
  app.get('/private', auth.requireLogin, (request, response) => {
    response.json(request.aihubmix.user);
  });

  return { listener: app, core: auth.core, close: () => auth.core.close() };
};

import { aihubmixPassport } from '@aihubmix-auth/passport';
import express from 'express';
import session from 'express-session';
import { Passport } from 'passport';
import { page, pageHeaders } from '../page.js';
import type { CreateApp } from '../target.js';

export const createApp: CreateApp = async (options) => {
  const app = express();
  const passport = new Passport();
  const auth = aihubmixPassport(passport, options);

  const secret = [options.sessionSecret].flat();
  app.use(session({ secret, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }));
  app.use(passport.session());
  app.use(auth);
  app.get('/', (_request, response) => {
    response.set(pageHeaders).type('html').send(page);
  });
  app.get('/private', auth.requireLogin, (request, response) => {
    response.json(request.user);
  });

  return { listener: app, core: auth.core, close: () => auth.core.close() };
};

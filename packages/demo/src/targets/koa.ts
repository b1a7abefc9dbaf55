import { aihubmix } from '@aihubmix-auth/koa';
import Router from '@koa/router';
import Koa from 'koa';
import session from 'koa-session';
import { page, pageHeaders } from '../page.js';
import type { CreateApp } from '../target.js';

export const createApp: CreateApp = async (options) => {
  const app = new Koa();
  const router = new Router();
  const auth = aihubmix(options);

  if (options.useAppSession) {
    app.keys = [options.sessionSecret].flat();
    app.use(session(app));
  }
  app.use(auth);
  router.get('/', (ctx) => {
    ctx.set(pageHeaders);
    ctx.type = 'html';
    ctx.body = page;
  });
  router.get('/private', auth.requireLogin, (ctx) => {
    ctx.body = ctx.state.user;
  });
  app.use(router.routes());

  return { listener: app.callback(), core: auth.core, close: () => auth.core.close() };
};

import { createRequire } from 'node:module';
import { memoryStore, type SessionStore } from '@aihubmix-auth/core';
import { type Browser, type Site, serve } from '@aihubmix-auth/test-support';
import express5 from 'express';
import session, { MemoryStore } from 'express-session';
import passport07 from 'passport';
import { aihubmixPassport, type PassportAihubmix, type StrategyOptions } from '../index.js';

const require = createRequire(import.meta.url);
const express4: typeof express5 = require('express4');
const passport06: typeof passport07 = require('passport06');

/** What an app is built on. */
export interface Stack {
  readonly express: typeof express5;
  readonly passport: typeof passport07;
}

export const NEWEST: Stack = { express: express5, passport: passport07 };
export const OLDEST: Stack = { express: express4, passport: passport06 };

/** An app with express-session and Passport, and all that a test looks into. */
export interface App {
  readonly site: Site;
  readonly browser: Browser;
  readonly auth: PassportAihubmix;
  /** The store of the app's own session. */
  readonly appStore: MemoryStore;
  /** The store of our sessions. */
  readonly store: SessionStore;
}

/** Starts such an app: `/private` is guarded and shows user and account, `/user` shows Passport's user to anybody. */
export async function startApp(
  changes: Partial<StrategyOptions> = {},
  { express, passport }: Stack = NEWEST,
): Promise<App> {
  const appStore = new MemoryStore();
  const store = memoryStore();
  let auth: PassportAihubmix | undefined;
  const site = await serve((options) => {
    const app = express();
    const own = new passport.Passport();
    own.serializeUser((user, done) => done(null, user));
    own.deserializeUser((user: Express.User, done) => done(null, user));
    auth = aihubmixPassport(own, { ...options, store, ...changes, passReqToCallback: false });
    const { requireLogin } = auth;
    app.use(session({ secret: 'of the app', resave: false, saveUninitialized: false, store: appStore }));
    app.use(own.session(), auth);
    app.get('/private', requireLogin, (request, response) => {
      const { user, aihubmix } = request;
      response.json({ user, account: aihubmix.user.username, isAuthenticated: request.isAuthenticated() });
    });
    app.get('/user', (request, response) => {
      response.json(request.user ?? null);
    });
    app.post('/local-login', (request, response, next) => {
      request.logIn({ local: true }, (error) => (error ? next(error) : response.end()));
    });
    app.post('/local-logout', (request, response, next) => {
      request.logOut((error) => (error ? next(error) : response.end()));
    });
    return app;
  });
  if (auth === undefined) throw new Error('nothing was built');
  return { site, browser: site.browser, auth, appStore, store };
}

/** What a JSON client gets: status, and body. */
export async function asked(browser: Browser, path: string): Promise<[number, unknown]> {
  const response = await browser.fetch(path);
  return [response.status, await response.json()];
}

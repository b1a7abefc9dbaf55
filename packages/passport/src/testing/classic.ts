import { type Browser, type Site, serve } from '@aihubmix-auth/test-support';
import express, { type RequestHandler } from 'express';
import session from 'express-session';
import passport, { type AuthenticateCallback, type AuthenticateOptions } from 'passport';
import { type AihubmixOptions, aihubmixPassport, Strategy, type StrategyOptions } from '../index.js';

/** An app with `passport.authenticate` on its own routes. */
export interface Classic {
  readonly site: Site;
  readonly browser: Browser;
  readonly strategy: Strategy;
  /** What the app's error handler was given: the message, and `request.authInfo`. */
  readonly seen: readonly unknown[];
}

/** Options in Passport's spelling. */
export function spelled({ clientId, redirectUri, ...others }: AihubmixOptions) {
  return { ...others, clientID: clientId, callbackURL: redirectUri, passReqToCallback: false } as const;
}

/** A classic Passport app around a strategy; the last handler answers user and info. */
export async function startClassic(
  make: (options: StrategyOptions) => Strategy = (options) => new Strategy(options),
  choices: AuthenticateOptions = {},
  callback?: AuthenticateCallback,
): Promise<Classic> {
  let made: Strategy | undefined;
  const seen: unknown[] = [];
  const site = await serve((options) => {
    const app = express();
    const own = new passport.Passport();
    own.serializeUser((user, done) => done(null, user));
    own.deserializeUser((user: Express.User, done) => done(null, user));
    const strategy = make(spelled(options));
    made = strategy;
    app.use(session({ secret: 'of the app', resave: false, saveUninitialized: false }), own.session());
    const authenticate: RequestHandler = (request, response, next) => {
      const custom: AuthenticateCallback = (...given) => {
        callback?.(...given);
        response.json(null);
      };
      const name = strategy.name;
      const handler = callback ? own.authenticate(name, choices, custom) : own.authenticate(name, choices);
      handler(request, response, next);
    };
    app.get('/auth/login', authenticate);
    app.get('/auth/callback', authenticate, (request, response) => {
      const { returnTo, account } = request.authInfo ?? {};
      response.json({ user: request.user, returnTo, username: account?.user.username });
    });
    const { account, requireLogin } = aihubmixPassport(own, strategy);
    app.get('/account', (request, response, next) => {
      account(request).then((found) => response.json(found?.user.username ?? null), next);
    });
    app.get('/guarded', requireLogin, (request, response) => {
      response.json(request.aihubmix.user.username);
    });
    app.get('/me', (request, response) => {
      response.json(request.user ?? null);
    });
    const onError: express.ErrorRequestHandler = (error, request, response, _next) => {
      seen.push({ message: error.message, authInfo: request.authInfo });
      response.status(error.status ?? 500).end();
    };
    app.use(onError);
    return app;
  });
  if (made === undefined) throw new Error('nothing was built');
  return { site, browser: site.browser, strategy: made, seen };
}

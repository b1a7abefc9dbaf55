import 'reflect-metadata';
import { type Site, serve } from '@aihubmix-auth/test-support';
import { Controller, Get, Injectable, Module, Req, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AuthGuard, PassportStrategy } from '@nestjs/passport';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';
import { expect, onTestFinished, test } from 'vitest';
import type { Profile } from './profile.js';
import { Strategy } from './strategy.js';

/** An app that lives on `AuthGuard()`: the strategy is injectable, and `validate` is its `verify`. */
function nestSite(): Promise<Site> {
  return serve(async (options) => {
    @Injectable()
    class AihubmixStrategy extends PassportStrategy(Strategy) {
      constructor() {
        super(options);
      }

      // The mixin hides how many parameters this has; it is called as `(accessToken, refreshToken, profile)`.
      validate(accessToken: string, refreshToken: string, profile: Profile): object {
        return { name: profile.username, tokens: [accessToken, refreshToken].every((token) => token !== '') };
      }
    }

    @Controller('auth')
    @UseGuards(AuthGuard('aihubmix'))
    class LoginController {
      @Get('login')
      login(): void {}

      @Get('callback')
      callback(@Req() request: Request): object {
        return { user: request.user, returnTo: request.authInfo?.returnTo };
      }
    }

    @Module({ providers: [AihubmixStrategy], controllers: [LoginController] })
    class AppModule {}

    const app = await NestFactory.create<NestExpressApplication>(AppModule, {
      logger: false,
      abortOnError: false,
    });
    onTestFinished(() => app.close());
    await app.init();
    return app.getHttpAdapter().getInstance();
  });
}

test('AuthGuard() of @nestjs/passport logs a user in by the strategy, with what validate() answers', async () => {
  const { browser } = await nestSite();
  const done = await browser.login({ at: '/auth/login?returnTo=/after' });
  expect([done.status, await done.json()]).toEqual([
    200,
    { user: { name: 'ada', tokens: true }, returnTo: '/after' },
  ]);
});

test('a login that fails under AuthGuard() is a refusal and never a fault of the server', async () => {
  const { browser } = await nestSite();
  const refused = await browser.login({ decision: 'deny' });
  expect(refused.status).toBe(401);
  const forged = await browser.fetch('/auth/callback?code=x&state=y');
  expect(forged.status).toBe(401);
});

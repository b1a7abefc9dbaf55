import cookie from '@fastify/cookie';
import fastifySession from '@fastify/session';
import { Controller, Get, type ModuleMetadata, UseGuards } from '@nestjs/common';
import expressSession from 'express-session';
import { describe, expect, it } from 'vitest';
import {
  AihubmixGuard,
  AihubmixModule,
  type AihubmixModuleOptions,
  CurrentUser,
  type User,
} from './index.js';
import { type Parts, PLATFORMS, type Platform, start } from './testing/app.js';

const secret = 'of-the-application-and-at-least-32-long';

@Controller()
class Pages {
  @Get('private')
  @UseGuards(AihubmixGuard)
  show(@CurrentUser() user: User): User {
    return user;
  }
}

const module = (options: AihubmixModuleOptions): ModuleMetadata => ({
  imports: [AihubmixModule.forRoot({ ...options, useAppSession: true })],
  controllers: [Pages],
});

const main: Record<Platform, NonNullable<Parts['main']>> = {
  express: (app) => app.use(expressSession({ secret, resave: false, saveUninitialized: false })),
  fastify: (app) => {
    app.register?.(cookie);
    app.register?.(fastifySession, { secret, saveUninitialized: false, cookie: { secure: false } });
  },
};

const sessionCookie: Record<Platform, string> = { express: 'connect.sid=', fastify: 'sessionId=' };

describe.each(PLATFORMS)('useAppSession on platform-%s', (platform) => {
  it("carries the login in the application's session, and ends both together", async () => {
    const { visitor } = await start(platform, { module, main: main[platform] });
    const ada = visitor();

    const cookies = (await ada.login()).headers.getSetCookie();
    expect(cookies.filter((line) => line.startsWith(sessionCookie[platform]))).toHaveLength(1);
    expect(cookies.filter((line) => line.startsWith('aihubmix='))).toEqual([]);
    expect(await (await ada.send('/private')).json()).toMatchObject({ username: 'ada' });

    expect((await ada.submit('/auth/logout')).status).toBe(303);
    expect((await ada.send('/private')).status).toBe(401);
  });

  it('says what is missing when the application has no session', async () => {
    const { visitor } = await start(platform, { module });
    for (const path of ['/auth/session', '/private']) {
      const response = await visitor().send(path);
      expect(response.status).toBe(500);
      expect(await response.json()).toEqual({
        error: 'server_error',
        message: expect.stringContaining('register express-session (or @fastify/session)'),
      });
    }
  });
});

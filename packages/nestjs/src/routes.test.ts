import { Controller, Get, type ModuleMetadata, Post, UseGuards } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import {
  AihubmixGuard,
  AihubmixModule,
  type AihubmixModuleOptions,
  CurrentUser,
  type User,
} from './index.js';
import { PLATFORMS, start } from './testing/app.js';

@Controller()
class PrivateController {
  @Get('private')
  @UseGuards(AihubmixGuard)
  show(@CurrentUser() user: User): User {
    return user;
  }

  @Post(['auth/own', 'upload'])
  upload(): string {
    return 'read';
  }

  @Get('auth/own')
  own(): string {
    return 'the application';
  }
}

const module = (options: AihubmixModuleOptions): ModuleMetadata => ({
  imports: [AihubmixModule.forRoot(options)],
  controllers: [PrivateController],
});

describe.each(PLATFORMS)('the routes on platform-%s', (platform) => {
  it('log a user in and out again', async () => {
    const { visitor, provider } = await start(platform, { module });
    const ada = visitor();

    const callback = await ada.login({ at: '/auth/login?returnTo=/private' });
    expect([callback.status, callback.headers.get('location')]).toEqual([303, '/private']);
    const cookies = callback.headers.getSetCookie().map((line) => line.split('=')[0]);
    expect(cookies.sort()).toEqual(['aihubmix', expect.stringMatching(/^aihubmix-login-/)]);
    expect(await (await ada.visit('/private')).json()).toMatchObject({ id: '12345', username: 'ada' });
    expect(await (await ada.send('/auth/balance')).json()).toMatchObject({ amount: '750.00' });

    const logout = await ada.submit('/auth/logout', { returnTo: '/bye' });
    expect([logout.status, logout.headers.get('location')]).toEqual([303, '/bye']);
    expect(await (await ada.send('/auth/session')).json()).toEqual({ authenticated: false });
    expect(provider.violations).toEqual([]);
  });

  it('stay at basePath under a global prefix, and the guard sends users back below it', async () => {
    const { visitor } = await start(platform, { module, main: (app) => app.setGlobalPrefix('api') });
    const ada = visitor();

    const refused = await ada.visit('/api/private');
    const login = refused.headers.get('location') ?? '';
    expect(login).toBe('/auth/login?returnTo=%2Fapi%2Fprivate');
    expect((await ada.login({ at: login })).headers.get('location')).toBe('/api/private');
    expect((await ada.visit('/api/private')).status).toBe(200);
    expect((await ada.send('/api/auth/session')).status).toBe(404);
  });

  it('answer every method, and leave other paths to the application, uncached', async () => {
    const { visitor } = await start(platform, { module });

    const head = await visitor().send('/auth/login', { method: 'HEAD' });
    expect([head.status, head.headers.get('allow')]).toEqual([405, 'GET']);
    expect((await visitor().send('/auth/session', { method: 'PUT' })).status).toBe(405);

    const own = await visitor().send('/auth/own');
    expect([own.status, await own.text()]).toEqual([200, 'the application']);
    const missing = await visitor().send('/auth/missing');
    expect(missing.status).toBe(404);
    for (const { headers } of [own, missing]) {
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('vary')).toBe('Cookie');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  it('answer whatever the body is; what the application does with a bad one is its own', async () => {
    const { visitor } = await start(platform, { module });
    const unreadable = {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin' },
    };
    const ada = visitor();
    for (const body of ['not JSON', `{"long":"${'x'.repeat(200_000)}"}`]) {
      await ada.login();
      expect((await ada.send('/auth/logout', { ...unreadable, body })).status).toBe(204);
      expect(await (await ada.send('/auth/session')).json()).toEqual({ authenticated: false });
    }
    for (const path of ['/auth/own', '/upload']) {
      expect((await ada.send(path, { ...unreadable, body: 'not JSON' })).status).toBe(400);
    }
  });

  it('keep the headers that the application sets', async () => {
    const { visitor } = await start(platform, {
      module,
      main: (app) => app.enableCors({ origin: ['https://app.example.com'], credentials: true }),
    });
    const { headers } = await visitor().send('/auth/session', {
      headers: { origin: 'https://app.example.com' },
    });
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example.com');
    expect(headers.get('vary')?.split(/, */).sort()).toEqual(['Cookie', 'Origin']);
  });
});

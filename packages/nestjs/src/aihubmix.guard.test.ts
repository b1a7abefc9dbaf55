import { memoryStore } from '@aihubmix-auth/core';
import { loginAs } from '@aihubmix-auth/core/testing';
import { Controller, Get, type ModuleMetadata, UseGuards } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { describe, expect, it, vi } from 'vitest';
import {
  type Account,
  type Aihubmix,
  AihubmixGuard,
  AihubmixModule,
  type AihubmixModuleOptions,
  type Balance,
  CurrentAccount,
  CurrentUser,
  getAihubmixToken,
  OptionalLogin,
  Public,
  type User,
} from './index.js';
import { PLATFORMS, start } from './testing/app.js';

@Controller()
class Pages {
  @Get('private')
  show(@CurrentUser() user: User): User {
    return user;
  }

  @Get('balance')
  balance(@CurrentAccount() account: Account): Promise<Balance> {
    return account.balance();
  }

  @Get('guarded')
  guarded(): string {
    return 'guarded';
  }

  @Get('open')
  @Public()
  open(): string {
    return 'open';
  }

  @Get('greeting')
  @OptionalLogin()
  greet(@CurrentUser() user: User | null): string {
    return `hello ${user?.username ?? 'visitor'}`;
  }
}

const globally = (options: AihubmixModuleOptions): ModuleMetadata => ({
  imports: [AihubmixModule.forRoot(options)],
  controllers: [Pages],
  providers: [{ provide: APP_GUARD, useExisting: AihubmixGuard }],
});

describe.each(PLATFORMS)('AihubmixGuard on platform-%s', (platform) => {
  it("answers anything but a browser navigation with the contract's 401", async () => {
    const { visitor } = await start(platform, { module: globally });
    const response = await visitor().send('/private', { headers: { accept: 'application/json' } });
    expect(response.status).toBe(401);
    expect(await response.json()).toEqual({ error: 'unauthenticated', message: expect.any(String) });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expectGuardHeaders(response);
    expect((await visitor().send('/private')).status).toBe(401);
  });

  it('sends a browser to the login, and back to where it was', async () => {
    const { visitor } = await start(platform, { module: globally });
    const response = await visitor().visit('/private?tab=2');
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe('/auth/login?returnTo=%2Fprivate%3Ftab%3D2');
    expectGuardHeaders(response);
  });

  it('as a global guard, opens what is @Public() and leaves the login reachable', async () => {
    const { visitor } = await start(platform, { module: globally });
    expect(await (await visitor().send('/open')).text()).toBe('open');
    const ada = visitor();
    await ada.login();
    expect(await (await ada.send('/private')).json()).toMatchObject({ username: 'ada' });
    expect(await (await ada.send('/balance')).json()).toMatchObject({ formatted: '750.00' });
  });

  it('knows the user under @OptionalLogin() where there is one', async () => {
    const { visitor } = await start(platform, { module: globally });
    const ada = visitor();
    expect(await (await ada.send('/greeting')).text()).toBe('hello visitor');
    await ada.login();
    expect(await (await ada.send('/greeting')).text()).toBe('hello ada');
  });

  it('answers 503 while the session store is down, and ends no session', async () => {
    const store = memoryStore();
    const { visitor } = await start(platform, {
      module: (options) => globally({ ...options, store }),
    });
    const ada = visitor();
    await ada.login();
    const down = vi.spyOn(store, 'get').mockRejectedValue(new Error('down'));
    const refused = await ada.visit('/private');
    expectGuardHeaders(refused);
    for (const response of [refused, await ada.visit('/greeting')]) {
      expect(response.status).toBe(503);
      expect(response.headers.getSetCookie()).toEqual([]);
      expect(await response.json()).toMatchObject({ error: 'store_unavailable' });
    }
    down.mockRestore();
    expect((await ada.visit('/private')).status).toBe(200);
  });

  it('lets a test log in with one line', async () => {
    const { app, origin, visitor } = await start(platform, { module: globally });
    const cookie = await loginAs(app.get<Aihubmix>(getAihubmixToken()), { username: 'grace' });
    const response = await fetch(`${origin}/private`, { headers: { cookie } });
    expect(await response.json()).toMatchObject({ username: 'grace' });
    expect((await visitor().send('/private')).status).toBe(401);
  });

  it('can be overridden in a test, global or not', async () => {
    const pass = { canActivate: () => true };
    const global = await start(platform, {
      module: globally,
      override: (builder) => builder.overrideProvider(AihubmixGuard).useValue(pass),
    });
    expect(await (await global.visitor().send('/guarded')).text()).toBe('guarded');

    @Controller()
    @UseGuards(AihubmixGuard)
    class Guarded {
      @Get()
      show(): string {
        return 'passed';
      }
    }
    const local = await start(platform, {
      module: (options) => ({ imports: [AihubmixModule.forRoot(options)], controllers: [Guarded] }),
      override: (builder) => builder.overrideGuard(AihubmixGuard).useValue(pass),
    });
    expect(await (await local.visitor().send('/')).text()).toBe('passed');
  });
});

function expectGuardHeaders({ headers }: Response): void {
  expect(headers.get('cache-control')).toBe('no-store');
  expect(headers.get('vary')).toBe('Cookie');
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  expect(headers.get('referrer-policy')).toBe('no-referrer');
}

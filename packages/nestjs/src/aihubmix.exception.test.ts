import { AihubmixError } from '@aihubmix-auth/core';
import {
  type ArgumentsHost,
  Catch,
  Controller,
  type ExceptionFilter,
  Get,
  HttpException,
  Inject,
  type ModuleMetadata,
  UseGuards,
} from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { describe, expect, it } from 'vitest';
import {
  type Account,
  AihubmixException,
  AihubmixGuard,
  AihubmixModule,
  type AihubmixModuleOptions,
  type Balance,
  CurrentAccount,
  CurrentUser,
  type User,
} from './index.js';
import { PLATFORMS, start } from './testing/app.js';

@Controller()
class Pages {
  @Get('balance')
  @UseGuards(AihubmixGuard)
  async balance(@CurrentAccount() account: Account): Promise<Balance | string> {
    return account.balance();
  }

  @Get('handled')
  @UseGuards(AihubmixGuard)
  async handled(@CurrentAccount() account: Account): Promise<string> {
    return account.balance().then(
      () => 'fine',
      (error: unknown) => (error instanceof AihubmixError ? `handled ${error.code}` : 'unknown'),
    );
  }

  @Get('unguarded')
  unguarded(@CurrentUser() user: User): User {
    return user;
  }
}

const module = (options: AihubmixModuleOptions): ModuleMetadata => ({
  imports: [AihubmixModule.forRoot(options)],
  controllers: [Pages],
});

const seen: unknown[] = [];

/** As applications write it: they answer in a form of their own. */
@Catch()
class OwnFilter implements ExceptionFilter<unknown> {
  constructor(@Inject(HttpAdapterHost) private readonly host: HttpAdapterHost) {}

  catch(exception: unknown, host: ArgumentsHost): void {
    seen.push(exception);
    const status = exception instanceof HttpException ? exception.getStatus() : 500;
    this.host.httpAdapter.reply(host.switchToHttp().getResponse(), { own: true }, status);
  }
}

const withOwnFilter = (options: AihubmixModuleOptions): ModuleMetadata => ({
  ...module(options),
  providers: [{ provide: APP_FILTER, useClass: OwnFilter }],
});

describe.each(PLATFORMS)('errors on platform-%s', (platform) => {
  it("of an account reach the client as the contract's answer", async () => {
    const { visitor, provider } = await start(platform, { module });
    const ada = visitor();
    await ada.login();
    provider.fault('userinfo', { type: 'status', status: 429, headers: { 'retry-after': '7' } });

    const response = await ada.send('/balance');
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toEqual({ error: 'provider_unavailable', message: expect.any(String) });
  });

  it('are AihubmixErrors in a handler', async () => {
    const { visitor, provider } = await start(platform, { module });
    const ada = visitor();
    await ada.login();
    provider.fault('userinfo', { type: 'status', status: 500 });
    expect(await (await ada.send('/handled')).text()).toBe('handled provider_unavailable');
  });

  it('are HttpExceptions with status, message, errorCode and cause in an exception filter', async () => {
    const { visitor, provider } = await start(platform, { module: withOwnFilter });
    const ada = visitor();
    await ada.login();
    provider.fault('userinfo', { type: 'status', status: 500 });

    const response = await ada.send('/balance');
    expect([response.status, await response.json()]).toEqual([503, { own: true }]);
    const exception = seen.pop();
    expect(exception).toBeInstanceOf(AihubmixException);
    expect(exception).toMatchObject({
      errorCode: 'provider_unavailable',
      message: expect.stringMatching(/AIHubMix/),
      cause: expect.any(AihubmixError),
    });
  });

  it("of the guard pass an application's own filter, which cannot lose the redirect", async () => {
    const { visitor } = await start(platform, { module: withOwnFilter });

    const api = await visitor().send('/balance');
    expect([api.status, await api.json()]).toEqual([401, { own: true }]);
    expect(seen.pop()).toMatchObject({ errorCode: 'unauthenticated', cause: { code: 'unauthenticated' } });

    const browser = await visitor().visit('/balance');
    expect(browser.status).toBe(302);
    expect(browser.headers.get('location')).toBe('/auth/login?returnTo=%2Fbalance');
    expect(seen.pop()).toMatchObject({ errorCode: 'unauthenticated' });
    expect(seen).toEqual([]);
  });

  it('tell who forgot the guard what to add, and where', async () => {
    const { visitor } = await start(platform, { module: withOwnFilter });
    expect((await visitor().send('/unguarded')).status).toBe(500);
    expect(seen.pop()).toMatchObject({
      message: expect.stringContaining('add @UseGuards(AihubmixGuard) to Pages.unguarded'),
    });
  });
});

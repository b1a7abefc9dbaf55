import { createMockServer } from '@aihubmix-auth/mock-server';
import {
  Controller,
  Get,
  Inject,
  Injectable,
  Module,
  type ModuleMetadata,
  type Type,
  UseGuards,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it, vi } from 'vitest';
import {
  type Aihubmix,
  AihubmixGuard,
  AihubmixModule,
  type AihubmixModuleOptions,
  type AihubmixOptionsFactory,
  ConfigurationError,
  CurrentUser,
  getAihubmixToken,
  InjectAihubmix,
  type User,
} from './index.js';
import { optionsFor, PLATFORMS, start } from './testing/app.js';

@Controller()
class FirstPages {
  @Get('private')
  @UseGuards(AihubmixGuard)
  show(@CurrentUser() user: User): User {
    return user;
  }
}

@Controller('shop')
class ShopPages {
  constructor(@InjectAihubmix('shop') readonly shop: Aihubmix) {}

  @Get('private')
  @UseGuards(AihubmixGuard.for('shop'))
  show(@CurrentUser('shop') user: User): User {
    return user;
  }

  @Get('both')
  @UseGuards(AihubmixGuard, AihubmixGuard.for('shop'))
  both(@CurrentUser() first: User, @CurrentUser('shop') second: User): string {
    return `${first.username} and ${second.username}, ${this.shop.name}`;
  }
}

describe.each(PLATFORMS)('AihubmixModule on platform-%s', (platform) => {
  it('runs several instances with sessions of their own', async () => {
    const shop = createMockServer();
    const { visitor } = await start(platform, {
      module: (options) => ({
        imports: [
          AihubmixModule.forRoot(options),
          AihubmixModule.forRoot({ ...optionsFor(shop, '/shop/auth'), name: 'shop' }),
        ],
        controllers: [FirstPages, ShopPages],
      }),
    });
    const ada = visitor();
    await ada.login();
    expect(await (await ada.send('/private')).json()).toMatchObject({ username: 'ada' });
    const refused = await ada.visit('/shop/private');
    expect(refused.headers.get('location')).toBe('/shop/auth/login?returnTo=%2Fshop%2Fprivate');

    const login = await ada.visit('/shop/auth/login');
    const back = new URL(await shop.authorize(login.headers.get('location') ?? '', 67890));
    await ada.visit(back.pathname + back.search);
    expect(await (await ada.send('/shop/private')).json()).toMatchObject({ username: 'grace' });
    expect(await (await ada.send('/shop/both')).text()).toBe('ada and grace, shop');
  });

  it('isGlobal lends the guard to modules that do not import it', async () => {
    @Module({ controllers: [FirstPages] })
    class Feature {}
    const { visitor } = await start(platform, {
      module: (options) => ({
        imports: [AihubmixModule.forRoot({ ...options, isGlobal: true }), Feature],
      }),
    });
    expect((await visitor().send('/private')).status).toBe(401);
  });
});

describe('forRootAsync', () => {
  const OPTIONS = Symbol('options of the application');

  @Injectable()
  class Options implements AihubmixOptionsFactory {
    constructor(@Inject(OPTIONS) private readonly options: AihubmixModuleOptions) {}

    createAihubmixOptions(): AihubmixModuleOptions {
      return this.options;
    }
  }

  const config = (options: AihubmixModuleOptions, providers: Type<unknown>[] = []) => ({
    module: class Config {},
    providers: [{ provide: OPTIONS, useValue: options }, ...providers],
    exports: [OPTIONS, ...providers],
  });

  type Async = Parameters<typeof AihubmixModule.forRootAsync>[0];
  const ways: Record<string, (options: AihubmixModuleOptions) => Async> = {
    useFactory: (options) => ({
      imports: [config(options)],
      inject: [OPTIONS],
      useFactory: async (found: AihubmixModuleOptions) => found,
    }),
    useClass: (options) => ({ imports: [config(options)], useClass: Options }),
    useExisting: (options) => ({ imports: [config(options, [Options])], useExisting: Options }),
  };

  it.each(Object.entries(ways))('takes its options by %s', async (_name, asyncOptions) => {
    const { visitor } = await start('express', {
      module: (options): ModuleMetadata => ({
        imports: [AihubmixModule.forRootAsync(asyncOptions(options))],
        controllers: [FirstPages],
      }),
    });
    const ada = visitor();
    await ada.login();
    expect((await ada.send('/private')).status).toBe(200);
  });

  it('is told the name of its instance beside the factory', async () => {
    const options = optionsFor(createMockServer());
    const named = AihubmixModule.forRootAsync({ name: 'shop', useFactory: () => options });
    const testing = await Test.createTestingModule({ imports: [named] }).compile();
    expect(testing.get<Aihubmix>(getAihubmixToken('shop')).name).toBe('shop');

    const misplaced = AihubmixModule.forRootAsync({ useFactory: () => ({ ...options, name: 'shop' }) });
    await expect(Test.createTestingModule({ imports: [misplaced] }).compile()).rejects.toThrow(
      /"name" must be given to forRootAsync itself/,
    );
  });
});

describe('an application', () => {
  it('does not start with options that cannot work, and names every mistake', async () => {
    const imports = [
      AihubmixModule.forRoot({ ...optionsFor(createMockServer()), clientId: '', timeout: -1 }),
    ];
    const failure = await Test.createTestingModule({ imports })
      .compile()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigurationError);
    expect(failure).toHaveProperty('mistakes.length', 2);
  });

  it("does not start with two instances of one name, which would not see each other's sessions", async () => {
    const failure = start('express', {
      module: (options) => ({
        imports: [AihubmixModule.forRoot(options), AihubmixModule.forRoot({ ...options })],
      }),
    });
    await expect(failure).rejects.toThrow('registered twice with the name "aihubmix"');
  });

  it('closes the connections to the provider when it shuts down', async () => {
    const { app } = await start('express', {
      module: (options) => ({ imports: [AihubmixModule.forRoot({ ...options, fetch })] }),
    });
    const close = vi.spyOn(app.get<Aihubmix>(getAihubmixToken()), 'close');
    await app.close();
    expect(close).toHaveBeenCalledOnce();
  });

  it('can be tested with another core in place', async () => {
    const account = { user: { username: 'stand-in' } };
    const { visitor } = await start('fastify', {
      module: (options) => ({ imports: [AihubmixModule.forRoot(options)], controllers: [FirstPages] }),
      override: (builder) =>
        builder.overrideProvider(getAihubmixToken()).useValue({
          name: 'aihubmix',
          concerns: () => false,
          guard: () => ({ admitted: true, account }),
          close: async () => undefined,
        }),
    });
    expect(await (await visitor().send('/private')).json()).toEqual({ username: 'stand-in' });
  });
});

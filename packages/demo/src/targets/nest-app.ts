import {
  AihubmixGuard,
  AihubmixModule,
  type AihubmixModuleOptions,
  CurrentUser,
  type User,
} from '@aihubmix-auth/nestjs';
import {
  applyDecorators,
  Controller,
  type DynamicModule,
  Get,
  Header,
  Module,
  UseGuards,
} from '@nestjs/common';
import { page, pageHeaders } from '../page.js';

const PageHeaders = () =>
  applyDecorators(...Object.entries(pageHeaders).map(([name, value]) => Header(name, value)));

@Module({})
class AppModule {}

/** The app itself, the same on both platforms. An app with one fixed instance has no need to pass a name around. */
export function appModule(options: AihubmixModuleOptions): DynamicModule {
  const { name } = options;

  @Controller()
  class AppController {
    @Get()
    @Header('content-type', 'text/html; charset=utf-8')
    @PageHeaders()
    home(): string {
      return page;
    }

    @Get('private')
    @UseGuards(AihubmixGuard.for(name))
    show(@CurrentUser(name) user: User): User {
      return user;
    }
  }

  return { module: AppModule, imports: [AihubmixModule.forRoot(options)], controllers: [AppController] };
}

import { AihubmixError } from '@aihubmix-auth/core';
import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { catchError, type Observable } from 'rxjs';
import { asException } from './aihubmix.exception.js';

/** Turns the errors of accounts, thrown in handlers, into what exception filters know; handlers still see them as they are. */
@Injectable()
export class AihubmixErrorInterceptor implements NestInterceptor {
  readonly #host: HttpAdapterHost;

  constructor(@Inject(HttpAdapterHost) host: HttpAdapterHost) {
    this.#host = host;
  }

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (error instanceof AihubmixError) this.#passOnRetryAfter(context, error);
        throw asException(error);
      }),
    );
  }

  #passOnRetryAfter(context: ExecutionContext, { retryAfter }: AihubmixError): void {
    if (retryAfter === undefined || context.getType() !== 'http') return;
    const response: unknown = context.switchToHttp().getResponse();
    this.#host.httpAdapter.setHeader(response, 'retry-after', String(retryAfter));
  }
}

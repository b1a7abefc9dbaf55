import { AihubmixError, type ErrorCode } from '@aihubmix-auth/core';
import { HttpException } from '@nestjs/common';

/**
 * An error of this library as Nest's exception filters know errors: status and body are the contract's, `errorCode` is
 * the stable code, `cause` the error itself.
 */
export class AihubmixException extends HttpException {
  override readonly errorCode: ErrorCode;

  /** @param status the error's own, or the 302 of a browser that is sent to the login. */
  constructor(error: AihubmixError, status: number = error.status) {
    super(error.toJSON(), status, { cause: error });
    this.errorCode = error.code;
  }
}

/** What an exception filter is to see of a thrown value: errors of this library as exceptions, others as they are. */
export function asException(thrown: unknown): unknown {
  return thrown instanceof AihubmixError ? new AihubmixException(thrown) : thrown;
}

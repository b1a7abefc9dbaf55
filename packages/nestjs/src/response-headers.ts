import type { HeaderList } from '@aihubmix-auth/core';
import { mergedVary } from '@aihubmix-auth/core/node';
import type { AbstractHttpAdapter } from '@nestjs/core';

/** Adds headers to an answer of whatever platform. */
export function writeHeaders(adapter: AbstractHttpAdapter, response: unknown, headers: HeaderList): void {
  for (const [name, value] of headers) {
    if (name === 'set-cookie') adapter.appendHeader(response, name, value);
    else if (name === 'vary')
      adapter.setHeader(response, name, mergedVary(adapter.getHeader(response, name), value));
    else adapter.setHeader(response, name, value);
  }
}

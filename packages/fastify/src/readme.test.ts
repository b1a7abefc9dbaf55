import { expect, it } from 'vitest';
import { runReadmeProgram } from './testing/readme.js';

it('the README starts with a program that works', async () => {
  const visitor = await runReadmeProgram();
  expect((await visitor.ask('/private')).status).toBe(401);
  const back = await visitor.logIn();
  expect([back.status, back.headers.get('location')]).toEqual([303, '/private']);
  expect(await (await visitor.ask('/private')).json()).toMatchObject({ id: '12345', username: 'ada' });
});

import { inspect } from 'node:util';
import { createMockServer } from '@aihubmix-auth/mock-server';
import { expect, test } from 'vitest';
import { registerApplication } from './registration.js';

const request = {
  developerToken: 'developer-token',
  name: 'My app',
  redirectUri: 'https://app.example.com/auth/callback',
};

test('an application is registered, and its secret prints nowhere', async () => {
  const { fetch } = createMockServer();
  const registered = await registerApplication({ ...request, fetch });
  expect(registered).toMatchObject({ name: 'My app', redirectUri: request.redirectUri });
  expect(registered.clientId).toMatch(/^client_/);
  expect(registered.clientSecret.reveal()).toMatch(/^secret_/);
  expect(inspect(registered) + JSON.stringify(registered)).not.toContain(registered.clientSecret.reveal());
});

test('a developer token that is not accepted is told', async () => {
  const { fetch } = createMockServer();
  await expect(registerApplication({ ...request, developerToken: 'wrong', fetch })).rejects.toMatchObject({
    code: 'provider_error',
    message: expect.stringContaining('developer token'),
  });
});

test('an answer of HTTP 200 that is an error is one', async () => {
  const mock = createMockServer();
  mock.fault('register', { type: 'gateway-error', shape: 'success-false' });
  await expect(registerApplication({ ...request, fetch: mock.fetch })).rejects.toMatchObject({
    code: 'provider_error',
  });
});

test('a redirect URI or host that cannot work is refused before anything is sent', async () => {
  const mock = createMockServer();
  await expect(
    registerApplication({
      ...request,
      redirectUri: '/cb',
      baseUrl: 'http://api.example.com',
      fetch: mock.fetch,
    }),
  ).rejects.toMatchObject({
    mistakes: [expect.stringMatching(/^baseUrl/), expect.stringMatching(/^redirectUri/)],
  });
  expect(mock.requests).toEqual([]);
});

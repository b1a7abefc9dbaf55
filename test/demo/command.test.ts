import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { afterEach, describe, expect, test } from 'vitest';
import { page, pageHeaders } from '../../packages/demo/src/page.js';
import { type Command, eventually, isOpen, PRESENT_TARGETS, startByNpx, startCommand } from './command.js';
import { Visitor } from './visitor.js';

const running: Command[] = [];

afterEach(async () => {
  for (const { process } of running) process.kill('SIGKILL');
  await Promise.all(running.splice(0).map((command) => command.ended));
});

function started(command: Command): Command {
  running.push(command);
  return command;
}

describe.each(PRESENT_TARGETS)('the demo on %s', (framework) => {
  test('logs in through the embedded provider, guards /private, and ends on SIGTERM', async () => {
    const command = started(startCommand(['--framework', framework, '--port', '0']));
    const url = await command.url();
    const visitor = new Visitor();
    const home = await visitor.get(url);
    expect(await home.text()).toBe(page);
    const type = expect.stringMatching(/^text\/html; charset=utf-8$/i);
    expect(Object.fromEntries(home.headers)).toMatchObject({ ...pageHeaders, 'content-type': type });
    expect((await visitor.get(`${url}/private`, 'application/json')).status).toBe(401);

    const back = await visitor.logIn(url, '12345', '/private');
    expect([back.status, back.headers.get('location')]).toEqual([303, '/private']);
    expect(await visitor.json(`${url}/private`)).toMatchObject({ id: '12345', username: 'ada' });
    expect(await visitor.json(`${url}/auth/balance`)).toMatchObject({ formatted: '750.00' });

    const asked = Date.now();
    command.process.kill('SIGTERM');
    expect(await command.ended).toBe(0);
    expect(Date.now() - asked).toBeLessThan(2_000);
    expect(command.output.stdout).toBe(`listening on ${url}\n`);
    expect(await isOpen(Number(new URL(url).port), '127.0.0.1')).toBe(false);
  });
});

describe('the demo', () => {
  test('listens on the loopback addresses and nowhere else', async () => {
    const port = Number(new URL(await started(startCommand(['--port', '0'])).url()).port);
    const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
    const loopback = addresses.filter(({ internal, address }) => internal && !address.startsWith('fe80'));
    const others = addresses.filter(({ internal, family }) => !internal && family === 'IPv4');
    for (const { address } of loopback) expect(await isOpen(port, address), address).toBe(true);
    for (const { address } of others) expect(await isOpen(port, address), address).toBe(false);
  });

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'ends on %s while a keep-alive connection is open',
    async (signal) => {
      const command = started(startCommand(['--port', '0']));
      const url = await command.url();
      expect((await fetch(url)).status).toBe(200);
      command.process.kill(signal);
      expect(await command.ended).toBe(0);
    },
  );

  test('tells why a login failed on one line of stderr, without the code', async () => {
    const command = started(startCommand(['--port', '0']));
    const url = await command.url();
    await new Visitor().get(`${url}/auth/callback?code=the-code&state=the-state`);
    await eventually('the event', async () => /loginFailed: invalid_state/.exec(command.output.stderr)?.[0]);
    expect(command.output.stderr).not.toMatch(/the-code|the-state/);
  });

  test('uses the real provider, every base URL of it, once there is a client id', async () => {
    const command = started(startCommand(['--port', '0'], REAL));
    const url = await command.url();
    const login = await new Visitor().get(`${url}/auth/login`);
    expect(login.headers.get('location')).toMatch(/^https:\/\/one\.example\.com\/api\/oauth2\/authorize\?/);
    expect(login.headers.get('location')).toContain('client_id=client_x');
    expect(command.output.stderr).not.toContain('mock provider');
  });

  test('prints its options for --help and ends', async () => {
    const command = started(startCommand(['--help']));
    expect(await command.ended).toBe(0);
    expect(command.output.stdout).toContain('--framework <name>');
  });

  test('takes its arguments through pnpm, and frees the port when npx is told to end', async () => {
    const command = started(startByNpx(['--framework', 'express', '--port', '0']));
    const url = await command.url();
    command.process.kill('SIGTERM');
    await eventually('the port is free', async () => {
      return (await isOpen(Number(new URL(url).port), '127.0.0.1')) ? undefined : true;
    });
    expect(command.output.stdout).toBe(`listening on ${url}\n`);
  });
});

const SECRET = 'a-session-secret-of-more-than-32-characters';

const REAL = {
  AIHUBMIX_CLIENT_ID: 'client_x',
  AIHUBMIX_CLIENT_SECRET: 'secret_not_to_be_seen',
  AIHUBMIX_REDIRECT_URI: 'http://localhost:3000/auth/callback',
  AIHUBMIX_SESSION_SECRET: SECRET,
  AIHUBMIX_BASE_URL: 'https://one.example.com, https://two.example.com',
  AIHUBMIX_TRUSTED_ORIGINS: 'https://app.example.com,https://www.example.com',
};

/** The lines of stderr of a command that ends with mistakes at once. */
async function mistakesOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const command = started(startCommand(args, env));
  expect(await command.ended).toBe(1);
  expect(command.output.stdout).toBe('');
  return command.output.stderr.trimEnd().split('\n');
}

describe('mistakes end the demo with 1 and one sentence each', () => {
  test('of the command line and the environment together', async () => {
    const args = ['--framework', 'rails', '--port', '70000', '--verbose', 'now'];
    const mistakes = await mistakesOf(args, { ...REAL, AIHUBMIX_REDIRECT_URI: '/auth/callback' });
    expect(mistakes).toEqual([
      '--verbose is not an option; see --help.',
      '"now" is not an argument of this command; see --help.',
      expect.stringMatching(/^--framework must be one of express, passport, koa, .*nest-fastify\.$/),
      '--port must be a whole number from 0 to 65535.',
      expect.stringMatching(/^AIHUBMIX_REDIRECT_URI must be an absolute URL/),
    ]);
  });

  test.each(['', '-1', '3000.5', '0x10', 'http', '65536'])('for the port "%s"', async (port) => {
    expect(await mistakesOf([`--port=${port}`])).toEqual(['--port must be a whole number from 0 to 65535.']);
  });

  test('for a client id that is empty and everything else missing', async () => {
    expect(await mistakesOf(['--port', '0'], { AIHUBMIX_CLIENT_ID: '' })).toEqual([
      expect.stringMatching(/^AIHUBMIX_CLIENT_ID is empty/),
      expect.stringMatching(/^AIHUBMIX_CLIENT_SECRET is not set/),
      expect.stringMatching(/^AIHUBMIX_REDIRECT_URI is not set/),
      expect.stringMatching(/^AIHUBMIX_SESSION_SECRET is not set/),
    ]);
  });

  test.each([...Object.keys(REAL), 'REDIS_URL'])('for an empty %s', async (name) => {
    expect(await mistakesOf(['--port', '0'], { ...REAL, [name]: '' })).toEqual([
      expect.stringMatching(new RegExp(`^${name} is empty`)),
    ]);
  });

  test.each([
    ['AIHUBMIX_BASE_URL', 'https://one.example.com,'],
    ['AIHUBMIX_BASE_URL', 'https://one.example.com,http://two.example.com'],
    ['AIHUBMIX_TRUSTED_ORIGINS', 'https://app.example.com/path'],
    ['AIHUBMIX_SESSION_SECRET', 'short-and-not-to-be-seen'],
    ['AIHUBMIX_CLIENT_SECRET', 'spaces in-and-not-to-be-seen'],
    ['REDIS_URL', 'http://:not-to-be-seen@localhost'],
  ])('for %s=%s, without repeating a secret', async (name, value) => {
    const mistakes = await mistakesOf(['--port', '0'], { ...REAL, [name]: value });
    expect(mistakes).toEqual([expect.stringMatching(new RegExp(`^${name} `))]);
    expect(mistakes.join()).not.toMatch(/not.to.be.seen/);
  });

  test('for a port that is in use, on either loopback address', async () => {
    for (const host of ['127.0.0.1', '::1']) {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen({ host, port: 0 }, resolve));
      const { port } = server.address() as AddressInfo;
      expect(await mistakesOf(['--port', String(port)])).toEqual([
        expect.stringMatching(new RegExp(`^Port ${port} is in use`)),
      ]);
      server.close();
    }
  });
});

import { inspect } from 'node:util';
import type { Site } from '@aihubmix-auth/test-support';
import type express from 'express';
import { describe, expect, it } from 'vitest';
import {
  ConfigurationError,
  type Profile,
  Strategy,
  type StrategyOptions,
  type TokenParams,
  type VerifyCallback,
} from './index.js';
import { spelled, startClassic } from './testing/classic.js';

let site: Site;
let strategy: Strategy;
async function start(...given: Parameters<typeof startClassic>) {
  const classic = await startClassic(...given);
  ({ site, strategy } = classic);
  return classic.browser;
}

describe('verify', () => {
  const given = async (make: (options: StrategyOptions, saw: (...args: unknown[]) => void) => Strategy) => {
    let args: unknown[] = [];
    const browser = await start((options) =>
      make(options, (...all) => {
        args = all;
      }),
    );
    const done = await browser.login();
    expect(await done.json()).toMatchObject({ user: { mine: true } });
    return args;
  };
  const profile: Partial<Profile> = {
    provider: 'aihubmix',
    id: '12345',
    username: 'ada',
    displayName: 'ada',
    emails: [{ value: expect.any(String) }],
    photos: [],
  };
  const token = expect.stringMatching(/./);

  it('is given tokens and profile', async () => {
    const args = await given(
      (options, saw) =>
        new Strategy(options, (access, refresh, profile, done) => {
          saw(access, refresh, profile);
          done(null, { mine: true });
        }),
    );
    expect(args).toMatchObject([token, token, profile]);
    expect(args[2]).toMatchObject({ balance: { amount: '750.00' }, _json: { id: 12345 } });
  });

  it('is given the token parameters when it has a parameter for them', async () => {
    const args = await given(
      (options, saw) =>
        new Strategy(
          options,
          (access: string, refresh: string, params: TokenParams, profile: Profile, done: VerifyCallback) => {
            saw(access, refresh, params, profile);
            done(null, { mine: true });
          },
        ),
    );
    const params = { token_type: 'Bearer', expires_in: 7200, scope: 'profile balance' };
    expect(args).toMatchObject([token, token, params, profile]);
  });

  it('is given the request first where passReqToCallback says so', async () => {
    const args = await given(
      (options, saw) =>
        new Strategy({ ...options, passReqToCallback: true }, (request, access, refresh, profile, done) => {
          saw(request.method, access, refresh, profile);
          done(null, { mine: true });
        }),
    );
    expect(args).toMatchObject(['GET', token, token, profile]);
    type All = [express.Request, string, string, TokenParams, Profile, VerifyCallback];
    const more = await given((options, saw) => {
      const verify = (...[request, , , params, profile, done]: All) => {
        saw(request.method, params.scope, profile);
        done(null, { mine: true });
      };
      return new Strategy(
        { ...options, passReqToCallback: true },
        Object.defineProperty(verify, 'length', { value: 6 }),
      );
    });
    expect(more).toMatchObject(['GET', 'profile balance', profile]);
  });

  it('behaves like the common form when its parameters cannot be counted, as under Nest', async () => {
    type Args = [string, string, Profile, VerifyCallback];
    const args = await given(
      (options, saw) =>
        new Strategy(options, (...all: Args) => {
          saw(...all);
          all[3](null, { mine: true });
        }),
    );
    expect(args).toMatchObject([token, token, profile, expect.any(Function)]);
  });

  it('in its modern form is given one object, may be async, and refuses by false', async () => {
    const args = await given(
      (options, saw) =>
        new Strategy({
          ...options,
          verify: async (login) => {
            saw(login);
            return { mine: true };
          },
        }),
    );
    expect(args).toMatchObject([{ user: { id: '12345' }, profile, scope: 'profile balance' }]);
    expect(JSON.stringify(Reflect.get(Object(args[0]), 'tokens'))).toContain('[redacted]');
    const browser = await start((options) => new Strategy({ ...options, verify: async () => false }));
    expect((await browser.login()).status).toBe(403);
  });
});

describe('the hooks of passport-oauth2', () => {
  it('reach the requests and the profile', async () => {
    class Custom extends Strategy {
      override authorizationParams() {
        return { lang: 'pt', client_id: 'forged' };
      }
      override tokenParams() {
        return { device: 42 };
      }
      override userProfile(accessToken: string, done: (error?: unknown, profile?: Profile) => void) {
        super.userProfile(accessToken, (error, profile) =>
          done(error, profile && { ...profile, displayName: 'The Countess' }),
        );
      }
    }
    const browser = await start(
      (options) =>
        new Custom(options, (_access, _refresh, { displayName }, done) => done(null, { displayName })),
    );
    const begun = new URL((await browser.visit('/auth/login')).headers.get('location') ?? '');
    expect(begun.searchParams.getAll('lang')).toEqual(['pt']);
    expect(begun.searchParams.getAll('client_id')).toEqual([site.options.clientId]);
    expect(await (await browser.login()).json()).toMatchObject({ user: { displayName: 'The Countess' } });
    const [exchange] = site.mock.requests.filter(({ endpoint }) => endpoint === 'token');
    expect(JSON.stringify(exchange)).toContain('device');
  });

  it('let userProfile answer for logins under way only', async () => {
    await start();
    strategy.userProfile('a-token', (error, profile) => {
      expect([error, profile]).toEqual([expect.any(TypeError), undefined]);
    });
  });
});

describe('the options', () => {
  it('are those of the core in either spelling', async () => {
    await start();
    expect(new Strategy({ ...site.options, scope: ['profile'] }).name).toBe('aihubmix');
    expect(new Strategy({ ...spelled(site.options), scope: ['profile'], name: 'other' }).name).toBe('other');
  });

  it('are refused in the spelling that they came in', async () => {
    await start();
    const mistaken = () => new Strategy({ ...spelled(site.options), clientID: '', callbackURL: 'here' });
    expect(mistaken).toThrow(ConfigurationError);
    expect(mistaken).toThrow(/clientID must[\s\S]*callbackURL must/);
    expect(() => new Strategy({ ...site.options, clientId: '' })).toThrow(/clientId must/);
  });

  it('hold no secret when the strategy is printed', async () => {
    await start();
    const printed = inspect(strategy, { depth: 9, showHidden: true });
    expect(printed).not.toContain(site.options.clientSecret);
    expect(printed).not.toContain(site.options.sessionSecret);
  });
});

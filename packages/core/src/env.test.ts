import { expect, test } from 'vitest';
import { optionsFromEnv } from './env.js';
import { ConfigurationError } from './errors.js';

const good = {
  AIHUBMIX_CLIENT_ID: 'client_1',
  AIHUBMIX_CLIENT_SECRET: 'secret_1',
  AIHUBMIX_REDIRECT_URI: 'https://app.example.com/auth/callback',
  AIHUBMIX_SESSION_SECRET: 'a secret of more than 32 characters',
};

function mistakesIn(env: NodeJS.ProcessEnv): readonly string[] {
  try {
    optionsFromEnv(env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.mistakes;
    throw error;
  }
}

test('the environment becomes options, lists by their commas', () => {
  const env = {
    ...good,
    AIHUBMIX_BASE_URL: 'https://a.example, https://b.example',
    AIHUBMIX_TRUSTED_ORIGINS: 'https://c.example',
  };
  expect(optionsFromEnv(env)).toEqual({
    clientId: 'client_1',
    clientSecret: 'secret_1',
    redirectUri: 'https://app.example.com/auth/callback',
    sessionSecret: 'a secret of more than 32 characters',
    baseUrl: ['https://a.example', 'https://b.example'],
    trustedOrigins: ['https://c.example'],
  });
});

test('an empty environment is told variable by variable', () => {
  const mistakes = mistakesIn({});
  expect(mistakes).toHaveLength(4);
  expect(mistakes[0]).toMatch(/^AIHUBMIX_CLIENT_ID is not set: it must be/);
  expect(mistakes[3]).toMatch(/^AIHUBMIX_SESSION_SECRET is not set: .*node -e/);
});

test.each(Object.keys(good))('%s that is empty is a mistake', (name) => {
  const mistakes = mistakesIn({ ...good, [name]: '' });
  expect(mistakes).toHaveLength(1);
  expect(mistakes[0]).toMatch(new RegExp(`^${name} is empty: it must`));
});

test.each(['AIHUBMIX_BASE_URL', 'AIHUBMIX_TRUSTED_ORIGINS'])(
  '%s that is empty is a mistake, absent is none',
  (name) => {
    expect(mistakesIn({ ...good, [name]: '' })).toHaveLength(1);
    expect(mistakesIn(good)).toEqual([]);
  },
);

test('a wrong value is told by the name of its variable', () => {
  expect(mistakesIn({ ...good, AIHUBMIX_REDIRECT_URI: 'http://app.example.com/cb' })[0]).toMatch(
    /^AIHUBMIX_REDIRECT_URI must use https/,
  );
});

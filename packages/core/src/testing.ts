import type { Aihubmix } from './aihubmix.js';
import type { User } from './provider/profile.js';
import { Secret } from './secret.js';

export interface TestLogin extends Partial<User> {
  /** The granted scopes, separated by spaces. Default `profile balance`. */
  readonly scope?: string;
  /** Tokens that a provider knows, such as those of `issueTokens()` of the mock server; needed only when the code under test calls it. */
  readonly accessToken?: string;
  readonly refreshToken?: string;
  /** How long the access token works, in seconds. Default two hours. */
  readonly expiresIn?: number;
}

/**
 * Logs a user in without the provider, for the tests of an application. Answers the value of the `Cookie` header to send:
 *
 * ```ts
 * const response = await fetch(url, { headers: { cookie: await loginAs(auth, { username: 'ada' }) } });
 * ```
 */
export function loginAs(aihubmix: Pick<Aihubmix, 'beginSession'>, login: TestLogin = {}): Promise<string> {
  const user: User = {
    id: login.id ?? '1',
    username: login.username ?? 'test',
    email: login.email ?? null,
    createdAt: login.createdAt ?? null,
    status: login.status ?? 1,
  };
  return aihubmix.beginSession(
    user,
    {
      access: new Secret(login.accessToken ?? 'test-access-token'),
      lifetime: login.expiresIn ?? 7_200,
      ...(login.refreshToken === undefined ? {} : { refresh: new Secret(login.refreshToken) }),
    },
    login.scope ?? 'profile balance',
  );
}

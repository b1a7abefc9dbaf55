import { afterEach, describe, expect, it } from 'vitest';
import type { MockServerOptions } from '../index.js';
import { type Harness, REDIRECT_URI, startHarness, TRANSPORTS } from '../testing/harness.js';
import { Visitor } from '../testing/visitor.js';

let mock: Harness;
let visitor: Visitor;
afterEach(() => mock.server.close());

async function start(transport: (typeof TRANSPORTS)[number] = 'in process', options?: MockServerOptions) {
  mock = await startHarness(transport, options);
  visitor = new Visitor(mock.fetch, mock.base);
}

const page = async (path: string) => (await visitor.open(path)).text();
const location = (response: Response) => response.headers.get('location') ?? '';
const signIn = async (name = 'ada') => visitor.press(await page('/sign-in'), `Continue as ${name}`);

describe.each(TRANSPORTS)('logging in, %s', (transport) => {
  it('takes one click with auto_authorize: from sign-in straight back to the app', async () => {
    await start(transport);
    const url = mock.authorizeUrl({ auto_authorize: 'true' });
    const signedIn = await visitor.press(await page(url), 'Continue as grace');
    expect(signedIn.status).toBe(303);
    const back = await visitor.open(location(signedIn));
    expect(back.status).toBe(302);
    expect(back.headers.get('referrer-policy')).toBe('no-referrer');
    expect(location(back).startsWith(`${REDIRECT_URI}&code=`)).toBe(true);
    const code = new URL(location(back)).searchParams.get('code') ?? '';
    const { access_token } = (await (await mock.exchange(code)).json()) as { access_token: string };
    expect(await (await mock.userinfo(access_token)).json()).toMatchObject({ username: 'grace' });
  });

  it('takes no click with auto_authorize when signed in', async () => {
    await start(transport);
    await signIn();
    const back = await visitor.open(mock.authorizeUrl({ auto_authorize: 'true' }));
    expect(location(back)).toContain('&code=');
  });
});

describe('the consent page', () => {
  it('names the app and what it wants, and leads back with a code', async () => {
    await start();
    await signIn();
    const html = await page(mock.authorizeUrl());
    expect(html).toContain('Allow Test app?');
    expect(html).toContain('see your account balance');
    const back = await visitor.press(html, 'Allow');
    expect([back.status, location(back)]).toEqual([303, expect.stringContaining('&code=')]);
  });

  it('leads back with access_denied when the user denies', async () => {
    await start();
    await signIn();
    const back = await visitor.press(await page(mock.authorizeUrl()), 'Deny');
    expect(new URL(location(back)).searchParams.get('error')).toBe('access_denied');
  });

  it('judges the request again that its form brings back', async () => {
    await start();
    await signIn();
    const html = await page(mock.authorizeUrl());
    const bent = mock.authorizeUrl({ redirect_uri: 'https://evil.example/' });
    for (const request of [bent, '/', 'https://evil.example/', '//evil.example/api/oauth2/authorize']) {
      const response = await visitor.press(html, 'Allow', { request });
      expect([response.status, location(response)]).toEqual([400, '']);
    }
  });
});

describe('forms', () => {
  it.each(['/sign-in', '/sign-out', '/consent', '/topup', '/authorizations'])(
    'of another site or browser do nothing at %s',
    async (path) => {
      await start();
      await signIn();
      const other = new Visitor(mock.fetch, mock.base);
      const foreign =
        /name="csrf" value="([^"]*)"/.exec(await (await other.open('/sign-in')).text())?.[1] ?? '';
      for (const csrf of ['', foreign]) {
        expect((await visitor.post(path, { csrf, amount: '50', user: '12345' })).status).toBe(403);
      }
      expect((await new Visitor(mock.fetch, mock.base).post(path, { csrf: foreign })).status).toBe(403);
      expect(mock.server.user(12345).balance).toBe('750.00');
    },
  );
});

describe('signing in', () => {
  it('makes a new id, HttpOnly and SameSite=Lax, and the old one stays nobody', async () => {
    await start();
    const html = await page('/sign-in');
    const before = visitor.cookies.get('mock_aihubmix_user');
    const response = await visitor.press(html, 'Continue as ada');
    expect(response.headers.getSetCookie()[0]).toMatch(
      /^mock_aihubmix_user=[\w-]{43};.*HttpOnly; .*SameSite=Lax/,
    );
    expect([...visitor.cookies.keys()]).toEqual(['mock_aihubmix_user']);
    expect(await page('/')).toContain('Welcome, ada');
    visitor.cookies.set('mock_aihubmix_user', before ?? '');
    expect(await page('/')).toContain('Nobody is signed in');
  });

  it('asks for a password where there is one', async () => {
    await start('in process', { users: [{ id: 1, username: 'eve', password: 'pw', balance: '0' }] });
    const html = await page('/sign-in');
    expect((await visitor.press(html, 'Continue as eve', { password: 'no' })).status).toBe(403);
    expect(await page('/')).toContain('Nobody is signed in');
    expect((await visitor.press(html, 'Continue as eve', { password: 'pw' })).status).toBe(303);
    expect(await page('/')).toContain('Welcome, eve');
  });

  it.each([
    '//evil.example',
    '/\\evil.example',
    'https://evil.example/',
    '/.//evil.example',
    '\t//evil.example',
  ])('goes nowhere else afterwards (%j)', async (next) => {
    await start();
    expect(location(await visitor.press(await page('/sign-in'), 'Continue as ada', { next }))).toBe('/');
  });

  it('ends with signing out', async () => {
    await start();
    await signIn();
    const kept = visitor.cookies.get('mock_aihubmix_user') ?? '';
    await visitor.press(await page('/'), 'Sign out');
    visitor.cookies.set('mock_aihubmix_user', kept);
    expect(await page('/')).toContain('Nobody is signed in');
  });
});

describe('the top-up page', () => {
  it('wants a user, then really raises the balance', async () => {
    await start();
    const signedIn = await visitor.press(await page('/topup'), 'Continue as ada');
    expect(location(signedIn)).toBe('/topup');
    const paid = await visitor.press(await page('/topup'), 'Add $50');
    expect(location(paid)).toBe('/topup?added=50');
    const html = await page(location(paid));
    expect(html).toContain('$800.00');
    expect(html).toContain('return to the app');
    expect(mock.server.user(12345).balance).toBe('800.00');
  });

  it('adds to money exactly, and to a quota that was set by hand', async () => {
    await start('in process', {
      users: [{ id: 1, username: 'eve', balance: '90071992547409.930001', quota: 1 }],
    });
    await signIn('eve');
    await visitor.press(await page('/topup'), 'Add $10');
    expect(mock.server.user(1)).toMatchObject({ balance: '90071992547419.930001', quota: 5_000_001 });
  });

  it('offers no other amount', async () => {
    await start();
    await signIn();
    expect((await visitor.press(await page('/topup'), 'Add $5', { amount: '-5' })).status).toBe(400);
  });
});

describe('Authorization Management', () => {
  it('lists what the user let in, once an app, and revokes it for good', async () => {
    await start();
    await signIn();
    expect(await page('/authorizations')).toContain('None.');
    const { access_token, refresh_token } = await mock.login();
    await mock.login();
    const pending = await mock.code();
    const html = await page('/authorizations');
    expect(html.split('>Revoke</button>')).toHaveLength(2);
    await visitor.press(html, 'Revoke');
    expect(await page('/authorizations')).toContain('None.');
    expect((await mock.userinfo(access_token)).status).toBe(401);
    expect((await mock.refresh(refresh_token)).status).toBe(400);
    expect((await mock.exchange(pending)).status).toBe(400);
  });
});

describe('every page', () => {
  it.each(['/', '/sign-in', '/topup', '/authorizations', '/nowhere'])(
    'cannot be framed, stored or scripted: %s',
    async (path) => {
      await start();
      const { headers } = await visitor.open(path);
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cross-origin-opener-policy')).toBeNull();
    },
  );

  it('cuts its opener off when asked to', async () => {
    await start('in process', { coop: true });
    expect((await visitor.open('/')).headers.get('cross-origin-opener-policy')).toBe('same-origin');
  });

  it('escapes what it shows', async () => {
    const evil = '<script>"x"</script>';
    await start('in process', { users: [{ id: `"><b>`, username: evil, password: 'p', balance: '1' }] });
    mock.server.addApp({ clientId: 'client_evil', name: evil, redirectUris: [REDIRECT_URI] });
    const html = await page(`${mock.authorizeUrl({ client_id: 'client_evil' })}&x="><script>`);
    expect(html).not.toContain('<script>');
    expect(html).not.toContain('"><b>');
    expect(html).toContain('&lt;script&gt;');
  });
});

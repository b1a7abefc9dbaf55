import { expect, test } from 'vitest';
import { FORM, HTML, loggedIn, login } from './browser.js';
import { wire } from './client.js';
import { BAD, GOOD } from './return-to-table.js';
import { type Cases, conformance, inParallel, type Site } from './site.js';

/** Where a login with this raw query ends. */
async function endOf(site: Site, query: string): Promise<string> {
  const answer = await login(site.browser(), { query });
  expect([query, answer.status]).toEqual([query, 303]);
  return answer.location;
}

const enc = encodeURIComponent;

const cases: Cases = {
  'every path on this site is kept, with its query and without its fragment': async (site) => {
    for (const [given, expected] of GOOD) {
      expect([given, await endOf(site, `returnTo=${enc(given)}`)]).toEqual([given, expected]);
    }
  },
  'everything else becomes the default, never an error': async (site) => {
    await inParallel(BAD, 4, async (given) => {
      expect([given, await endOf(site, `returnTo=${enc(given)}`)]).toEqual([given, '/']);
    });
  },
  'an absolute URL on this site’s own origin is as good as its path, on any other origin it is not': async (
    site,
  ) => {
    const { origin } = site;
    const { host, port } = new URL(origin);
    const there = await endOf(site, `returnTo=${enc(`${origin}/x?y=1#z`)}`);
    expect(new URL(there, origin).href).toBe(`${origin}/x?y=1`);
    expect(new URL(await endOf(site, `returnTo=${enc(origin)}`), origin).href).toBe(`${origin}/`);
    const others = [
      `https://${host}/x`,
      `http://localhost:${Number(port) + 1}/x`,
      'http://localhost/x',
      `http://127.0.0.1:${port}/x`,
      `${origin}@evil.example/`,
      `http://user@${host}/x`,
      `http://user:pass@${host}/x`,
      `${origin}.evil.example/x`,
      `blob:${origin}/x`,
      `http:${host}`,
      `${origin}//evil.example`,
      `${origin}/%2f/evil.example`,
      `${origin}\\@evil.example`,
      `http:\\\\${host}/x`,
      ` ${origin}/x`,
      `view-source:${origin}/x`,
    ];
    for (const given of others) {
      expect([given, await endOf(site, `returnTo=${enc(given)}`)]).toEqual([given, '/']);
    }
  },
  'raw and malformed escapes become the default, without another header and without a 500': async (site) => {
    const raw = [
      '/%ff%',
      '%',
      '%2',
      '%ff',
      '%ED%A0%80',
      '/a%ED%A0%80',
      '/a%00',
      '/%250d%250a',
      '/a%0d%0aX-Evil:%201',
      '/%E5%98%8A%E5%98%8DX-Evil:1',
      '/%c0%af/evil.example',
      '%2f%2fevil.example',
      '%09//evil.example',
      '/%09/evil.example',
      '+/a',
      '/%F0%9F%98%80',
    ];
    for (const given of raw) {
      const answer = await login(site.browser(), { query: `returnTo=${given}` });
      expect([given, answer.status, answer.headers['x-evil']]).toEqual([given, 303, undefined]);
      const end = new URL(answer.location, site.origin);
      expect([given, end.origin]).toEqual([given, site.origin]);
      expect(answer.location).toMatch(/^\/(?![/\\])[\x21-\x7e]*$/);
    }
  },
  'returnTo given twice, as an array or as an object becomes the default': async (site) => {
    for (const query of [
      'returnTo=/a&returnTo=/b',
      'returnTo=/a&returnTo=/a',
      'returnTo=&returnTo=/a',
      'returnTo[]=/a',
      'returnTo[0]=/a',
      'returnTo[x]=/a',
      'returnTo%5B%5D=/a',
      'returnto=/a',
      'return_to=/a',
      'next=/a',
    ]) {
      expect([query, await endOf(site, query)]).toEqual([query, '/']);
    }
  },
  'Referer, Origin and Host never decide where a login ends': async (site) => {
    const browser = site.browser();
    const bent = { referer: 'https://evil.example/x', origin: 'https://evil.example' };
    const begun = await browser.visit('/auth/login', bent);
    const back = await site.mock.authorize(begun.location, 12345);
    const answer = await browser.visit(back.slice(site.origin.length), bent);
    expect([answer.status, answer.location]).toEqual([303, '/']);
  },
  'returnTo at the callback itself is not looked at': async (site) => {
    const browser = site.browser();
    const begun = await browser.visit('/auth/login?returnTo=/good');
    const back = (await site.mock.authorize(begun.location, 12345)).slice(site.origin.length);
    expect((await browser.visit(`${back}&returnTo=/other`)).location).toBe('/good');
  },
  'the same rules hold for returnTo at logout, as form field and as query': async (site) => {
    const form = { accept: HTML, 'content-type': FORM };
    for (const given of BAD) {
      const field = await site.browser().post('/auth/logout', form, `returnTo=${enc(given)}`);
      expect([given, field.status, field.location]).toEqual([given, 303, '/']);
      const query = await site.browser().post(`/auth/logout?returnTo=${enc(given)}`, form);
      expect([given, query.status, query.location]).toEqual([given, 303, '/']);
    }
    for (const [given, expected] of GOOD) {
      const field = await site.browser().post('/auth/logout', form, `returnTo=${enc(given)}`);
      expect([given, field.location]).toEqual([given, expected]);
    }
  },
  'the guard’s own returnTo comes from the request target under the same rules': async (site) => {
    const host = `Host: ${new URL(site.origin).host}`;
    const paths = [
      '//evil.example/',
      '//evil.example/private',
      '///private',
      '/\\evil.example/private',
      'http://evil.example/private',
      '//localhost/private',
      '/private//',
      '/private/..//evil.example',
      '/private?x=%0d%0aX-Evil:1',
      '/private;@evil.example',
      '/private%2f',
      '/./private',
      '/private#frag',
      '/private?\\\\evil',
      '/%2e/private',
      '/private?x=//evil',
    ];
    for (const path of paths) {
      const raw = await wire(site.port, [`GET ${path} HTTP/1.1`, host, `Accept: ${HTML}`]);
      expect([path, raw.split(' ')[1]?.[0]]).not.toEqual([path, '5']);
      const location = /^location: (.*)$/im.exec(raw)?.[1]?.trim();
      if (location === undefined) continue;
      const login = new URL(location, site.origin);
      const target = login.searchParams.get('returnTo') ?? '/';
      expect([path, login.origin, login.pathname]).toEqual([path, site.origin, '/auth/login']);
      expect([path, new URL(target, site.origin).origin]).toEqual([path, site.origin]);
      expect(target).toMatch(/^\/(?![/\\])/);
      expect(raw).not.toMatch(/^x-evil/im);
    }
  },
};
conformance('returnTo', cases);

const trusted: Cases = {
  'an absolute URL on a trusted origin is returned to as it is': async (site) => {
    for (const url of [
      'https://app.example.com/x?y=1',
      'https://app.example.com/',
      'https://app.example.com:8443/z',
    ]) {
      expect(new URL(await endOf(site, `returnTo=${enc(url)}`)).href).toBe(url);
    }
  },
  'what only resembles a trusted origin becomes the default': async (site) => {
    const bad = [
      'http://app.example.com/x',
      'https://app.example.com:444/x',
      'https://app.example.com.evil.example/',
      'https://app.example.com@evil.example/',
      'https://evil.example/?app.example.com',
      'https://xapp.example.com/',
      'https://x.app.example.com/',
      '//app.example.com/x',
      'https:app.example.com',
      'https://user@app.example.com/',
      'https://app.example.com//evil',
      'https://app.example.com/%2f',
      'https://app.example.com\\x',
      'https://app。example.com/',
    ];
    for (const given of bad) {
      expect([given, await endOf(site, `returnTo=${enc(given)}`)]).toEqual([given, '/']);
    }
  },
  'logout returns to a trusted origin too': async (site) => {
    const browser = await loggedIn(site);
    const answer = await browser.post(
      '/auth/logout',
      { accept: HTML, 'content-type': FORM },
      `returnTo=${enc('https://app.example.com/bye')}`,
    );
    expect([answer.status, answer.location]).toEqual([303, 'https://app.example.com/bye']);
  },
};
conformance('returnTo on trusted origins', trusted, {
  options: { trustedOrigins: ['https://app.example.com', 'https://app.example.com:8443'] },
});

const configured: Cases = {
  'the default returnTo and the error path are those of the options': async (site) => {
    expect(await endOf(site, '')).toBe('/home?x=1');
    expect(await endOf(site, 'returnTo=//evil.example')).toBe('/home?x=1');
    const denied = await login(site.browser(), { decision: 'deny' });
    expect([denied.status, denied.location]).toEqual([303, '/sorry?error=access_denied']);
    const browser = await loggedIn(site);
    expect((await browser.visit('/auth/callback?code=x&state=y')).location).toBe('/home?x=1');
  },
};
conformance('returnTo by options', configured, {
  options: { defaultReturnTo: '/home?x=1', errorPath: '/sorry' },
});

test('the tables of returnTo hold no row twice', () => {
  expect(new Set(BAD).size).toBe(BAD.length);
});

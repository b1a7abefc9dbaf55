import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookUp } from './language.js';
import { LANGUAGES, TEXTS } from './texts.js';

const languageFor = (...ranges: string[]) => lookUp(ranges, LANGUAGES, 'en');

describe('language lookup (RFC 4647 §3.4)', () => {
  it.each([
    ['zh', 'zh'],
    ['zh-CN', 'zh'],
    ['zh-Hant-TW', 'zh'],
    ['PT-br', 'pt'],
    ['fr-CA', 'fr'],
    ['en-GB-oed', 'en'],
  ])('%s is served by %s', (range, expected) => {
    expect(languageFor(range)).toBe(expected);
  });

  it('drops a single-letter subtag together with what follows it', () => {
    expect(languageFor('fr-x-private')).toBe('fr');
    expect(languageFor('pt-u-co-phonebk')).toBe('pt');
  });

  it('takes the first range that can be served, in the order of preference', () => {
    expect(languageFor('de-AT', 'fr-CH', 'zh')).toBe('fr');
  });

  it('falls back to English', () => {
    expect(languageFor()).toBe('en');
    expect(languageFor('de', '*', '', '-', 'x-klingon')).toBe('en');
  });

  it('does not take a language for another that begins alike', () => {
    expect(languageFor('fry')).toBe('en');
    expect(languageFor('zha')).toBe('en');
  });

  it('ends for any text', () => {
    fc.assert(fc.property(fc.array(fc.string()), (ranges) => LANGUAGES.includes(languageFor(...ranges))));
  });
});

describe('texts', () => {
  it('leaves nothing unsaid in any language', () => {
    for (const texts of Object.values(TEXTS)) {
      expect(Object.keys(texts)).toEqual(Object.keys(TEXTS.en));
      for (const text of Object.values(texts)) expect(text.trim()).not.toBe('');
    }
  });
});

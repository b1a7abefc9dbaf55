import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { LANGUAGES, TEXTS } from '../../packages/demo/src/page/texts.js';
import { page, pageHeaders } from '../../packages/demo/src/page.js';

describe('the page', () => {
  const policy = pageHeaders['content-security-policy'] ?? '';

  test.each(['script', 'style'])('has one %s of its own, and allows it by its hash', (tag) => {
    const found = [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))];
    expect(found).toHaveLength(1);
    const hash = createHash('sha256')
      .update(found[0]?.[1] ?? '')
      .digest('base64');
    expect(policy).toMatch(new RegExp(`${tag}-src[^;]* 'sha256-${hash.replaceAll('+', '\\+')}'`));
  });

  test('allows nothing that it does not need, and no frame around it', () => {
    expect(policy).not.toContain('unsafe');
    for (const directive of ['default-src', 'base-uri', 'form-action', 'frame-ancestors']) {
      expect(policy.split('; ')).toContain(`${directive} 'none'`);
    }
  });

  test('has no inline event handlers and no inline styles', () => {
    expect(page.replace(/<(script|style)[\s\S]*?<\/\1>/g, '')).not.toMatch(/\s(on\w+|style)=/);
  });

  test('writes text only, never markup', () => {
    expect(page).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  });

  test('uses the account element as an app would', () => {
    expect(page).toContain('<script type="module" src="/auth/browser.js"></script>');
    expect(page).toContain('<aihubmix-account>');
  });

  test('has every text in every language that it offers', () => {
    expect(Object.keys(LANGUAGES)).toEqual(Object.keys(TEXTS));
    for (const texts of Object.values(TEXTS)) {
      expect(Object.keys(texts)).toEqual(Object.keys(TEXTS.en));
      expect(Object.values(texts)).not.toContain('');
    }
  });
});

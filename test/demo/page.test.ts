import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { page } from '../../packages/demo/src/page.js';

describe('the page', () => {
  const policy = /http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)?.[1] ?? '';

  test.each(['script', 'style'])('has one %s, and allows it by its hash alone', (tag) => {
    const found = [...page.matchAll(new RegExp(`<${tag}>([\\s\\S]*?)</${tag}>`, 'g'))];
    expect(found).toHaveLength(1);
    const hash = createHash('sha256')
      .update(found[0]?.[1] ?? '')
      .digest('base64');
    expect(policy).toContain(`${tag}-src 'sha256-${hash}'`);
    expect(policy).not.toContain('unsafe');
  });

  test('has no inline event handlers and no inline styles', () => {
    expect(page.replace(/<(script|style)[\s\S]*?<\/\1>/g, '')).not.toMatch(/\s(on\w+|style)=/);
  });

  test('writes text only, never markup', () => {
    expect(page).not.toMatch(/innerHTML|outerHTML|insertAdjacentHTML|document\.write/);
  });
});

import { describe, expect, it } from 'vitest';
import { createPopupWatch, type Glance, LOGIN_LIFETIME, type Verdict } from './popup-watch.js';

const OPEN = { closed: false, departed: true };
const GONE = { closed: true, departed: true };
const HERE = { focused: true };
const AWAY = { focused: false };

/** Looks every half second and answers the last verdict. */
function watching(...seen: readonly [Partial<Glance>, seconds: number][]): Verdict {
  const watch = createPopupWatch(0);
  let at = 0;
  let verdict: Verdict = 'open';
  for (const [glance, seconds] of seen) {
    for (const end = at + seconds * 1000; at < end; ) {
      at += 500;
      verdict = watch({ closed: false, departed: false, focused: false, ...glance, at });
    }
  }
  return verdict;
}

describe('a popup', () => {
  it('is open while its handle says so', () => {
    expect(watching([{ ...OPEN, ...AWAY }, 300], [{ ...OPEN, ...HERE }, 60])).toBe('open');
  });

  it('is closed soon after the user came back, when it was seen alive', () => {
    expect(watching([{ ...OPEN, ...AWAY }, 10], [{ ...GONE, ...HERE }, 1])).toBe('lost');
    expect(watching([{ ...OPEN, ...AWAY }, 10], [{ ...GONE, ...HERE }, 2])).toBe('closed');
  });

  it('is only lost when it says closed while the user is elsewhere: a provider page has cut it off', () => {
    expect(watching([{ ...GONE, ...AWAY }, 500])).toBe('lost');
    expect(watching([{ ...OPEN, ...AWAY }, 10], [{ ...GONE, ...AWAY }, 500])).toBe('lost');
  });

  it('is closed when it was cut off and the user stays in the opener', () => {
    expect(watching([{ ...GONE, ...AWAY }, 20], [{ ...GONE, ...HERE }, 7])).toBe('lost');
    expect(watching([{ ...GONE, ...AWAY }, 20], [{ ...GONE, ...HERE }, 9])).toBe('closed');
  });

  it('is given the whole grace again when the user looked in only briefly', () => {
    expect(
      watching(
        [{ ...GONE, ...AWAY }, 5],
        [{ ...GONE, ...HERE }, 6],
        [{ ...GONE, ...AWAY }, 1],
        [{ ...GONE, ...HERE }, 6],
      ),
    ).toBe('lost');
  });

  it('is not called closed by a page that never lost the focus and never saw it alive', () => {
    expect(watching([{ closed: false, departed: false, ...HERE }, 1], [{ ...GONE, ...HERE }, 500])).toBe(
      'lost',
    );
  });

  it('is called closed by a page that never lost the focus but saw it alive', () => {
    expect(watching([{ ...OPEN, ...HERE }, 2], [{ ...GONE, ...HERE }, 2])).toBe('closed');
  });

  it.each([OPEN, GONE])('is given up after ten minutes: %o', (glance) => {
    expect(watching([{ ...glance, ...AWAY }, LOGIN_LIFETIME / 1000])).toBe('timeout');
  });
});

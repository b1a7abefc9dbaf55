/** How long a login may take; the server's own limit. */
export const LOGIN_LIFETIME = 600_000;

/** How long "closed" must last in a page that has the focus: where the popup was seen alive, and where it never was. */
const GRACE_SEEN = 1_000;
const GRACE_UNSEEN = 8_000;

/** How long a handle must work to count as working: for a moment it still does while the popup is being cut off. */
const ALIVE_FOR = 1_000;

/** What can be seen of a popup from its opener at one moment. */
export interface Glance {
  /** What the popup's handle says. After Cross-Origin-Opener-Policy has cut the two apart it says so too. */
  readonly closed: boolean;
  /** Whether the popup has gone on from `about:blank`. */
  readonly departed: boolean;
  /** Whether the opener's page has the focus. */
  readonly focused: boolean;
  /** In milliseconds. */
  readonly at: number;
}

/**
 * `open`; `lost`: its handle says closed, which may not be true; `closed`: the user is back and it stays closed;
 * `timeout`: a login as old as this cannot succeed.
 */
export type Verdict = 'open' | 'lost' | 'closed' | 'timeout';

/**
 * Judges whether a popup is gone. `closed` alone proves nothing: a provider page with Cross-Origin-Opener-Policy sets it
 * the moment it loads. What tells is the focus: it is with the popup while the user is there and returns when they close
 * it. A page that never lost the focus is believed only about a popup whose handle was seen to work.
 */
export function createPopupWatch(startedAt: number): (glance: Glance) => Verdict {
  let left = false;
  let seen = false;
  let aliveSince: number | undefined;
  let closedSince: number | undefined;
  return ({ closed, departed, focused, at }) => {
    if (at - startedAt >= LOGIN_LIFETIME) return 'timeout';
    left ||= !focused;
    aliveSince = closed || !departed ? undefined : (aliveSince ?? at);
    seen ||= aliveSince !== undefined && at - aliveSince >= ALIVE_FOR;
    if (!closed || !focused || !(left || seen)) {
      closedSince = undefined;
      return closed ? 'lost' : 'open';
    }
    closedSince ??= at;
    return at - closedSince < (seen ? GRACE_SEEN : GRACE_UNSEEN) ? 'lost' : 'closed';
  };
}

/** Looks at a popup now. */
export function glance(popup: Window): Glance {
  return { closed: popup.closed, departed: departed(popup), focused: document.hasFocus(), at: Date.now() };
}

function departed(popup: Window): boolean {
  try {
    return popup.location.href !== 'about:blank';
  } catch {
    return true;
  }
}

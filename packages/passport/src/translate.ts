import type { AuthRequest, HeaderList, SessionCarrier } from '@aihubmix-auth/core';

/** Whether a browser only fetches ahead what its user may never open. */
export function isPrefetch(request: AuthRequest): boolean {
  return /^\s*prefetch\b/i.test(request.header('sec-purpose') ?? request.header('purpose') ?? '');
}

const OF_THE_BODY = new Set(['location', 'content-type', 'content-security-policy', 'x-frame-options']);

/** The headers of an answer whose status and body are Passport's to choose. */
export function withoutBody(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !OF_THE_BODY.has(name));
}

/** What a hook of passport-oauth2 answered, as request parameters. */
export function parameters(given: object): Record<string, string> {
  const set = Object.entries(given).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(set.map(([name, value]) => [name, String(value)]));
}

/**
 * A carrier whose session is entered as soon as it has begun, and ended again when either fails: express-session saves
 * what is left in it once more when the answer is sent.
 */
export function enteringWith(carrier: SessionCarrier, enter: () => Promise<void>): SessionCarrier {
  return {
    read: () => carrier.read(),
    end: () => carrier.end(),
    async begin(id) {
      try {
        await carrier.begin(id);
        await enter();
      } catch (error) {
        await carrier.end().catch(() => {});
        throw error;
      }
    },
  };
}

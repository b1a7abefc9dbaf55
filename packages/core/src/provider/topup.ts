import * as v from 'valibot';
import { AihubmixError } from '../errors.js';
import { isHttpsOrLoopback } from '../urls.js';

const TopUpAnswer = v.object({ topup_url: v.pipe(v.string(), v.regex(/^https?:\/\/[\x21-\x7e]{1,2040}$/i)) });

/**
 * Reads the answer of `GET /api/oauth2/topup`. Only a page over HTTPS (or loopback HTTP) is ever followed, and where
 * `hosts` is given only one on those hosts.
 *
 * @throws AihubmixError `provider_error` for anything else.
 */
export function parseTopUpUrl(json: unknown, hosts: readonly string[] | undefined): string {
  const parsed = v.safeParse(TopUpAnswer, json);
  const url =
    parsed.success && URL.canParse(parsed.output.topup_url) ? new URL(parsed.output.topup_url) : undefined;
  if (url === undefined || !isHttpsOrLoopback(url) || url.username !== '' || url.password !== '') {
    throw new AihubmixError(
      'provider_error',
      'AIHubMix answered the top-up request with something that is not a safe link.',
    );
  }
  if (hosts !== undefined && !hosts.includes(url.host)) {
    throw new AihubmixError(
      'provider_error',
      'The top-up page is on a host that the option "topUpHosts" does not list.',
    );
  }
  return url.href;
}

import * as v from 'valibot';
import { ROUTE_NAMES } from './options.js';
import { isHttpsOrLoopback, parseAbsoluteUrl } from './urls.js';

/** One thing that is wrong with the options: the option's name, and the rest of the sentence. */
export interface Mistake {
  readonly option: string;
  /** Follows the name, such as `must be a string.` */
  readonly problem: string;
}

const MAKE_A_SECRET = `make a good one with: node -e "console.log(require('node:crypto').randomBytes(32).toString('base64url'))"`;

const identifier = (what: string) =>
  v.pipe(
    v.string(`must be ${what}.`),
    v.regex(/^[\x21-\x7e]+$/, `must be ${what}, in printable ASCII without spaces.`),
  );

const httpUrl = v.custom<string>(
  (input) => parseAbsoluteUrl(input) !== undefined,
  'must be an absolute URL such as https://app.example.com/auth/callback.',
);

const secureUrl = v.pipe(
  httpUrl,
  v.check(
    (text) => isHttpsOrLoopback(new URL(text)),
    'must use https:// (plain http:// is for localhost, 127.0.0.1 and [::1] only).',
  ),
  v.check(
    (text) => new URL(text).username === '' && new URL(text).password === '',
    'must not hold a user name or password.',
  ),
);

const redirectUri = v.pipe(
  secureUrl,
  v.check((text) => !text.includes('#'), 'must not have a fragment (RFC 6749 §3.1.2).'),
  v.check(
    (text) => new URL(text).pathname !== '/',
    'must have a path of its own for the callback, such as /auth/callback: "/" is the page of the application.',
  ),
);

const origin = v.pipe(
  v.custom<string>(
    (input) => parseAbsoluteUrl(input) !== undefined,
    'must be an origin such as https://app.example.com.',
  ),
  v.check(
    (text) => isHttpsOrLoopback(new URL(text)),
    'must use https:// (plain http:// is for localhost only).',
  ),
  v.check(
    (text) => new URL(text).origin === text.replace(/\/$/, '').toLowerCase(),
    'must be an origin only, such as https://app.example.com: no path, query, user name or default port.',
  ),
);

const secret = v.pipe(
  v.string(`must be at least 32 random characters; ${MAKE_A_SECRET}`),
  v.minLength(32, `must be at least 32 random characters; ${MAKE_A_SECRET}`),
);

const path = v.pipe(
  v.string('must be a path such as "/auth".'),
  v.regex(/^\/(?!\/)[\x21-\x7e]*$/, 'must be a path that begins with one "/", in printable ASCII.'),
  v.regex(/^[^?#\\%;]*$/, 'must be a plain path: no query, fragment, escape or backslash.'),
);

const list = <Item extends v.GenericSchema>(item: Item) =>
  v.pipe(v.array(item), v.minLength(1, 'must not be an empty list.'));

const positive = (unit: string) =>
  v.pipe(
    v.number(`must be a number of ${unit}.`),
    v.finite(`must be a finite number of ${unit}.`),
    v.minValue(1, `must be at least one of ${unit}.`),
  );

const timer = v.pipe(
  positive('milliseconds'),
  v.maxValue(600_000, 'must be at most 600000 milliseconds (ten minutes).'),
);

const callable = (what: string) =>
  v.custom<unknown>((input) => typeof input === 'function', `must be ${what}.`);

const STORE_OPERATIONS = ['get', 'create', 'replace', 'delete', 'deleteAllOf', 'claim', 'lock'];

const OPTIONS = {
  clientId: identifier('the client id of your application, registered with AIHubMix'),
  clientSecret: identifier('the client secret that came with the client id'),
  redirectUri,
  sessionSecret: secret,
  scope: v.optional(
    v.pipe(
      v.string('must be a string of scopes.'),
      v.regex(
        /^[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
        'must be scopes separated by single spaces, such as "profile balance".',
      ),
    ),
  ),
  autoAuthorize: v.optional(v.boolean('must be true or false.')),
  pkce: v.optional(v.boolean('must be true or false.')),
  baseUrl: v.optional(secureUrl),
  basePath: v.optional(path),
  routes: v.optional(
    v.record(
      v.picklist(ROUTE_NAMES, `must name routes only: ${ROUTE_NAMES.join(', ')}.`),
      v.union(
        [v.literal(false), path],
        'must give each route a path below basePath, such as "/sign-in", or false.',
      ),
      'must be an object of routes.',
    ),
  ),
  defaultReturnTo: v.optional(v.string('must be a path such as "/".')),
  errorPath: v.optional(v.string('must be a path such as "/".')),
  trustedOrigins: v.optional(v.array(origin, 'must be a list of origins.')),
  sessionMaxAge: v.optional(
    v.pipe(
      positive('seconds'),
      v.maxValue(
        34_560_000,
        'must be at most 34560000 seconds: browsers keep no cookie for longer than 400 days.',
      ),
    ),
  ),
  sessionIdleTimeout: v.optional(positive('seconds')),
  timeout: v.optional(timer),
  storeTimeout: v.optional(
    v.pipe(
      timer,
      v.maxValue(10_000, 'must be at most 10000 milliseconds: a lock in the store lasts 15 seconds.'),
    ),
  ),
  store: v.optional(
    v.custom<unknown>(
      (input) =>
        typeof input === 'object' &&
        input !== null &&
        STORE_OPERATIONS.every((name) => typeof Reflect.get(input, name) === 'function'),
      `must be a session store: an object with the functions ${STORE_OPERATIONS.join(', ')}.`,
    ),
  ),
  fetch: v.optional(callable('a function like the global fetch')),
  allowLogin: v.optional(callable('a function that answers true or false')),
  issuer: v.optional(secureUrl),
  topUpHosts: v.optional(
    v.array(
      v.pipe(
        v.string('must list host names.'),
        v.regex(/^[a-z0-9.-]+(:\d+)?$/, 'must list host names in lower case, such as "aihubmix.com".'),
      ),
      'must be a list of host names.',
    ),
  ),
  name: v.optional(
    v.pipe(
      v.string('must be a string.'),
      v.regex(/^[a-z][a-z0-9_-]{0,31}$/, 'must be 1 to 32 of a-z, 0-9, - and _, beginning with a letter.'),
    ),
  ),
  now: v.optional(callable('a function that answers milliseconds since the epoch')),
};

/** Options that may be given once or as a list. */
const LISTS = new Set(['sessionSecret', 'baseUrl']);

/** Everything that is wrong with `input` as options, in the order of the documentation; one mistake per option. */
export function findMistakes(input: unknown): Mistake[] {
  if (typeof input !== 'object' || input === null)
    return [{ option: 'options', problem: 'must be an object.' }];
  const mistakes: Mistake[] = [];
  for (const [option, schema] of Object.entries(OPTIONS)) {
    const value: unknown = Reflect.get(input, option);
    const accepted = LISTS.has(option) && Array.isArray(value) ? list(schema) : schema;
    const problem = problemWith(value, accepted);
    if (problem !== undefined) mistakes.push({ option, problem });
  }
  for (const option of Object.keys(input)) {
    if (!Object.hasOwn(OPTIONS, option))
      mistakes.push({ option, problem: `is not an option${suggestion(option)}.` });
  }
  return mistakes;
}

function problemWith(value: unknown, schema: v.GenericSchema): string | undefined {
  const result = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  return result.success ? undefined : result.issues[0].message;
}

function suggestion(unknown: string): string {
  const bare = (name: string) => name.toLowerCase().replace(/[^a-z]/g, '');
  const near = Object.keys(OPTIONS).find(
    (name) =>
      bare(name) === bare(unknown) ||
      bare(name).startsWith(bare(unknown)) ||
      bare(unknown).startsWith(bare(name)),
  );
  return near === undefined
    ? `; the options are ${Object.keys(OPTIONS).join(', ')}`
    : `; did you mean "${near}"?`;
}

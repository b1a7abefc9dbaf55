import { hash } from 'node:crypto';
import { AihubmixError, type StateProblem } from '../errors.js';
import type { UserInfoAnswer } from '../provider/client.js';
import { TokenRejected } from '../provider/client.js';
import type { Tokens } from '../provider/tokens.js';
import type { Account } from '../session/account.js';
import { queryOf } from '../urls.js';
import type { HttpContext } from './context.js';
import { currentSession, handOver } from './current-session.js';
import { LOGIN_LIFETIME, type LoginTransaction } from './login-cookie.js';
import type { AuthRequest, HeaderList } from './messages.js';
import { asAihubmixError } from './respond.js';

/** A login whose user and tokens are known, before there is a session. */
export interface PendingLogin {
  readonly user: UserInfoAnswer['user'];
  readonly info: UserInfoAnswer;
  readonly tokens: Tokens;
  /** The granted scopes, separated by spaces. */
  readonly scope: string;
}

export interface CallbackChoices {
  /** Asked after the option `allowLogin`, before the session begins. Throws to refuse. */
  readonly approve?: (login: PendingLogin) => Promise<void>;
  /** Further parameters for the token request. */
  readonly extra?: Readonly<Record<string, string>>;
}

/** How a callback ended. `headers` hold the cookies that the answer must set. */
export type CallbackResult =
  | {
      readonly ok: true;
      readonly account: Account;
      readonly login: LoginTransaction;
      readonly headers: HeaderList;
    }
  | {
      readonly ok: false;
      readonly error: AihubmixError;
      /** Known once the state was found good. */
      readonly login: LoginTransaction | undefined;
      readonly headers: HeaderList;
    };

/**
 * What happens on callback (RFC 6749 §4.1.2), from top to bottom: read the parameters, find the login that this browser
 * began, spend its state, exchange the code, ask who the user is, ask whether they may come in, begin the session.
 * Never throws: every failure is a result.
 */
export async function finishLogin(
  context: HttpContext,
  request: AuthRequest,
  choices: CallbackChoices = {},
): Promise<CallbackResult> {
  let login: LoginTransaction | undefined;
  let state: string | undefined;
  let spent = false;
  try {
    const query = queryOf(request.url);
    state = demandParameters(query);
    login = findLogin(context, request, state);
    await spendState(context, state);
    spent = true;
    demandCode(query);
    const pending = await askProvider(context, query, login, choices);
    await demandAllowed(context, pending, choices);
    const { account, headers } = await beginSession(context, request, pending);
    return { ok: true, account, login, headers: [...headers, ...context.loginCookies.clear(state)] };
  } catch (thrown) {
    const error = asAihubmixError(thrown);
    const { code, reason, message } = error;
    context.events.emit('loginFailed', { code, message, ...(reason === undefined ? {} : { reason }) });
    // A store that was down before it could spend the state: the same callback works when it is back.
    const stillGood = code === 'store_unavailable' && !spent;
    const headers = state === undefined || stillGood ? [] : context.loginCookies.clear(state);
    return { ok: false, error, login, headers };
  }
}

/** `state`, and either `code` or `error`, each exactly once. */
function demandParameters(query: URLSearchParams): string {
  const states = query.getAll('state');
  const codes = query.getAll('code');
  const errors = query.getAll('error');
  const [state = ''] = states;
  const complete =
    states.length === 1 && state !== '' && (codes.length === 1 ? codes[0] !== '' : errors.length > 0);
  if (!complete || codes.length > 1) {
    throw new AihubmixError(
      'missing_parameters',
      'The callback needs "state" and "code" (or "error") exactly once each. It is AIHubMix that calls it: begin with the login route.',
    );
  }
  return state;
}

function findLogin(context: HttpContext, request: AuthRequest, state: string): LoginTransaction {
  const found = context.loginCookies.find(request.header('cookie'), state);
  if (typeof found === 'string') throw invalidState(context, found);
  return found;
}

/** Single use is kept by the server, so a copied cookie is worth nothing, on any process of the same store. */
async function spendState(context: HttpContext, state: string): Promise<void> {
  const key = `state:${hash('sha256', state, 'base64url')}`;
  if (!(await context.store.claim(key, 2 * LOGIN_LIFETIME))) throw invalidState(context, 'used');
}

function demandCode(query: URLSearchParams): void {
  const errors = query.getAll('error');
  if (errors.length === 0) return;
  if (query.has('code') || errors.length > 1) {
    throw new AihubmixError('invalid_request', 'The callback holds "error" twice, or together with "code".');
  }
  throw refusedAtProvider(errors[0] ?? '');
}

async function askProvider(
  { config, provider }: HttpContext,
  callback: URLSearchParams,
  { state, verifier }: LoginTransaction,
  { extra }: CallbackChoices,
): Promise<PendingLogin> {
  const signal = AbortSignal.timeout(config.timeout);
  const tokens = await provider.exchangeCode({
    callback,
    state,
    verifier,
    signal,
    ...(extra ? { extra } : {}),
  });
  const scope = tokens.scope ?? config.scope;
  try {
    const info = await provider.userInfo(tokens.access, scope, signal);
    return { user: info.user, info, tokens, scope };
  } catch (error) {
    if (!(error instanceof TokenRejected)) throw error;
    throw new AihubmixError(
      'provider_error',
      'AIHubMix does not accept an access token that it has just issued.',
    );
  }
}

async function demandAllowed(
  { config }: HttpContext,
  login: PendingLogin,
  choices: CallbackChoices,
): Promise<void> {
  if (config.allowLogin !== undefined && !(await config.allowLogin(login.user))) {
    throw new AihubmixError(
      'access_denied',
      'This application does not let the user in (option "allowLogin").',
    );
  }
  await choices.approve?.(login);
}

/** A new id at every login, and nothing carried over from what this browser had before (session fixation). */
async function beginSession(
  context: HttpContext,
  request: AuthRequest,
  { user, tokens, scope }: PendingLogin,
): Promise<{ account: Account; headers: HeaderList }> {
  const previous = await currentSession(context, request);
  const { id, session } = await context.sessions.begin(user, tokens, scope);
  const headers = await handOver(context, request, id).catch(async (error: unknown) => {
    // Nobody will ever hold the id of this session.
    await context.sessions.end(session, 'handover_failed').catch(() => undefined);
    throw error;
  });
  if (previous !== undefined) await context.sessions.end(previous, 'new_login');
  context.events.emit('login', { userId: user.id });
  return { account: context.accountOf(session), headers };
}

/** The provider's own words stay behind: anybody can write them into a link. */
function refusedAtProvider(error: string): AihubmixError {
  if (error === 'access_denied') {
    return new AihubmixError('access_denied', 'The user did not allow the login at AIHubMix.');
  }
  if (error === 'server_error' || error === 'temporarily_unavailable') {
    return new AihubmixError(
      'provider_unavailable',
      `AIHubMix cannot log anybody in at the moment (${error}). Try again.`,
    );
  }
  const known: readonly string[] = [
    'invalid_request',
    'invalid_scope',
    'unauthorized_client',
    'unsupported_response_type',
  ];
  return new AihubmixError(
    'provider_error',
    known.includes(error)
      ? `AIHubMix refused the authorization request (${error}). Check clientId, redirectUri and scope against the registered application.`
      : 'AIHubMix refused the authorization request.',
  );
}

function invalidState({ config }: HttpContext, reason: StateProblem): AihubmixError {
  const cookies = config.secure
    ? 'The cookie is Secure: check that the browser reaches the application over HTTPS.'
    : 'Check that the browser takes cookies.';
  const sentences: Record<StateProblem, string> = {
    cookie_missing: `No login cookie came with this callback: the login was begun in another browser or on another host than ${config.origin} (localhost and 127.0.0.1 are two hosts), or more than ten minutes ago. ${cookies}`,
    other_login:
      'This browser has logins under way, but none with this state: it was made in another browser, has been finished, or is older than the five latest. Begin again at the login route.',
    unreadable:
      'The login cookie of this state cannot be opened: it was sealed with another sessionSecret, or for another client id or redirect URI. Check that all processes have the same options.',
    expired: 'This login was begun more than ten minutes ago. Begin again at the login route.',
    used: 'This state was used before, as by the back button or a double click. Begin again at the login route.',
  };
  return new AihubmixError('invalid_state', sentences[reason], { reason });
}

import { isJsonClient } from './accept.js';
import type { HttpContext } from './context.js';
import { currentSession, demandSession } from './current-session.js';
import { refuseCrossSite } from './fetch-metadata.js';
import type { AuthRequest, AuthResponse } from './messages.js';
import { json, redirect } from './respond.js';

export async function session(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  refuseCrossSite(request, context.config.returnTo, false);
  const session = await currentSession(context, request);
  if (session === undefined) return json(200, { authenticated: false });
  const { user, idleEndsAt } = session.record;
  return json(200, { authenticated: true, user, expiresAt: new Date(idleEndsAt).toISOString() });
}

export async function userInfo(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  refuseCrossSite(request, context.config.returnTo, false);
  const account = context.accountOf(await demandSession(context, request));
  return json(200, await account.userInfo());
}

export async function balance(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  refuseCrossSite(request, context.config.returnTo, false);
  const account = context.accountOf(await demandSession(context, request));
  return json(200, await account.balance());
}

export async function topUp(context: HttpContext, request: AuthRequest): Promise<AuthResponse> {
  refuseCrossSite(request, context.config.returnTo, true);
  const account = context.accountOf(await demandSession(context, request));
  const url = await account.topUpUrl();
  return isJsonClient(request) ? json(200, { url }) : redirect(303, url);
}

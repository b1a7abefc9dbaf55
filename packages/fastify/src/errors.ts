import createError from '@fastify/error';

/** `request.aihubmix` was read where no `requireLogin` has run. */
export const LoginNotRequired = createError<[string, string, string]>(
  'FST_AIHUBMIX_LOGIN_NOT_REQUIRED',
  'request.%s has no account: put { preHandler: app.%s.requireLogin } on this route, or ask app.%s.account(request).',
  500,
);

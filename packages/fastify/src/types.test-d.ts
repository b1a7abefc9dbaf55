import Fastify, { type FastifyPluginAsync } from 'fastify';
import { type Account, aihubmix, type Balance, optionsFromEnv, type User } from './index.js';

const app = Fastify({ logger: true });
await app.register(aihubmix, optionsFromEnv());
await app.register(aihubmix, { ...optionsFromEnv(), name: 'partners', basePath: '/partners/auth' });
await app.register(aihubmix, () => optionsFromEnv());
// @ts-expect-error: there is no such option.
await app.register(aihubmix, { ...optionsFromEnv(), clientID: 'x' });

app.get('/private', { preHandler: app.aihubmix.requireLogin }, async (request) => {
  const user: User = request.aihubmix.user;
  const balance: Balance = await request.aihubmix.balance();
  // @ts-expect-error: an account has no such member.
  request.aihubmix.password;
  return { user, id: request.aihubmix.user.id.padStart(8), balance };
});

app.get<{ Params: { id: string }; Reply: User }>(
  '/users/:id',
  { onRequest: [app.aihubmix.requireLogin] },
  async (request) => ({ ...request.aihubmix.user, id: request.params.id }),
);
app.addHook('preValidation', app.aihubmix.requireLogin);
// The decorators of a second instance are declared by the app, as plugin.test.ts does.
app.route({
  method: 'POST',
  url: '/partners',
  preHandler: [app.partners.requireLogin],
  handler: async (request) => request.partners.user,
});

export const scope: FastifyPluginAsync = async (instance) => {
  instance.addHook('preHandler', instance.aihubmix.requireLogin);
  instance.get('/', async (request) => {
    const account: Account | null = await instance.aihubmix.account(request);
    return account?.user.username ?? 'nobody';
  });
};

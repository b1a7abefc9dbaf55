import Router from '@koa/router';
import Koa from 'koa';
import {
  type Account,
  type AihubmixContext,
  type AihubmixState,
  aihubmix,
  type Balance,
  optionsFromEnv,
  type User,
} from './index.js';

const auth = aihubmix(optionsFromEnv());

const app = new Koa();
const router = new Router();
app.use(auth).use(auth.requireLogin);
router.get('/private', auth.requireLogin, async (ctx) => {
  const user: User = ctx.aihubmix.user;
  const same: User = ctx.state.user;
  const balance: Balance = await ctx.aihubmix.balance();
  // @ts-expect-error: an account has no such member.
  ctx.aihubmix.password;
  // @ts-expect-error: ids are strings.
  const id: number = ctx.state.user.id;
  ctx.body = { user, same, balance, id, param: ctx.params.id };
});
app.use(async (ctx) => {
  const account: Account | null = await auth.account(ctx);
  ctx.body = account?.user.username ?? 'nobody';
});

interface State {
  readonly requestId: string;
}
interface Extras {
  log(line: string): void;
}

const typedApp = new Koa<State, Extras>();
const typedRouter = new Router<State, Extras>();
typedApp.use(auth).use(async (ctx, next) => {
  const requestId: string = ctx.state.requestId;
  ctx.log(requestId);
  await next();
});
typedRouter.get('/private', auth.requireLogin, (ctx) => {
  ctx.log(`${ctx.state.requestId} ${ctx.aihubmix.user.username}`);
});

const statedApp = new Koa<State & AihubmixState, Extras & AihubmixContext>();
statedApp.use(auth).use((ctx) => {
  const user: User = ctx.state.user;
  ctx.log(`${ctx.state.requestId} ${user.username} ${ctx.aihubmix.user.username}`);
});

const en = {
  login: 'Log in with AIHubMix',
  loginShort: 'Log in',
  waiting: 'Continue in the other window…',
  account: 'AIHubMix account',
  balance: 'Balance',
  unlimited: 'Unlimited',
  refresh: 'Refresh balance',
  topUp: 'Top up',
  newTab: 'opens a new tab',
  logout: 'Log out',
  loading: 'Loading…',
  retry: 'Try again',
  expired: 'Your session has ended.',
  denied: 'You did not allow the login.',
  closed: 'The login window was closed.',
  offline: 'No connection. Check your network.',
  unavailable: 'No answer. Try again in a moment.',
  failed: 'That did not work. Try again.',
};

/** What the element says, in one language. */
export type Texts = Readonly<typeof en>;
export type TextName = keyof Texts;

const zh: Texts = {
  login: '使用 AIHubMix 登录',
  loginShort: '登录',
  waiting: '请在另一个窗口中继续…',
  account: 'AIHubMix 账户',
  balance: '余额',
  unlimited: '无限额',
  refresh: '刷新余额',
  topUp: '充值',
  newTab: '在新标签页中打开',
  logout: '退出登录',
  loading: '加载中…',
  retry: '重试',
  expired: '登录已失效，请重新登录。',
  denied: '您未允许此次登录。',
  closed: '登录窗口已关闭。',
  offline: '无法连接，请检查网络。',
  unavailable: '暂无响应，请稍后再试。',
  failed: '操作未成功，请重试。',
};

const pt: Texts = {
  login: 'Entrar com AIHubMix',
  loginShort: 'Entrar',
  waiting: 'Continue na outra janela…',
  account: 'Conta AIHubMix',
  balance: 'Saldo',
  unlimited: 'Ilimitado',
  refresh: 'Atualizar saldo',
  topUp: 'Recarregar',
  newTab: 'abre em nova aba',
  logout: 'Sair',
  loading: 'Carregando…',
  retry: 'Tentar de novo',
  expired: 'Sua sessão terminou.',
  denied: 'Você não autorizou o acesso.',
  closed: 'A janela de login foi fechada.',
  offline: 'Sem conexão. Verifique sua rede.',
  unavailable: 'Sem resposta. Tente de novo.',
  failed: 'Não funcionou. Tente de novo.',
};

const fr: Texts = {
  login: 'Se connecter avec AIHubMix',
  loginShort: 'Se connecter',
  waiting: 'Continuez dans l’autre fenêtre…',
  account: 'Compte AIHubMix',
  balance: 'Solde',
  unlimited: 'Illimité',
  refresh: 'Actualiser le solde',
  topUp: 'Recharger',
  newTab: 'nouvel onglet',
  logout: 'Se déconnecter',
  loading: 'Chargement…',
  retry: 'Réessayer',
  expired: 'Votre session est terminée.',
  denied: 'Vous avez refusé la connexion.',
  closed: 'La fenêtre a été fermée.',
  offline: 'Hors ligne. Vérifiez le réseau.',
  unavailable: 'Pas de réponse. Réessayez.',
  failed: 'Cela n’a pas marché. Réessayez.',
};

/** By language tag. */
export const TEXTS = { en, zh, pt, fr };
export type Language = keyof typeof TEXTS;
export const LANGUAGES = Object.keys(TEXTS) as readonly Language[];

const BY_CODE: Readonly<Partial<Record<string, TextName>>> = {
  session_expired: 'expired',
  unauthenticated: 'expired',
  access_denied: 'denied',
  popup_closed: 'closed',
  offline: 'offline',
  provider_unavailable: 'unavailable',
  store_unavailable: 'unavailable',
  missing_parameters: 'failed',
  invalid_request: 'failed',
  invalid_state: 'failed',
  insufficient_scope: 'failed',
  csrf: 'failed',
  method_not_allowed: 'failed',
  provider_error: 'failed',
  server_error: 'failed',
};

/** What to say about an error; nothing about a code that is none of the server's. */
export function textFor(code: string): TextName | undefined {
  return BY_CODE[code];
}

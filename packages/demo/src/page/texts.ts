const en = {
  title: 'AIHubMix login demo',
  language: 'Language',
  headline: 'Your AIHubMix account in one click',
  about:
    'A demo app that logs you in with AIHubMix and shows your balance, without a token or a secret in the browser.',
  how: 'Log in',
  popup: 'In a popup',
  redirect: 'By redirect',
  tip: 'Top up in the new tab and come back to the new balance.',
  snippet: 'The account box above is two lines:',
  private: 'answers only those who are logged in.',
};

/** What the page says around the account element, in one language. */
export type PageTexts = Readonly<typeof en>;

const zh: PageTexts = {
  title: 'AIHubMix 登录演示',
  language: '语言',
  headline: '一键使用您的 AIHubMix 账户',
  about: '这个演示应用使用 AIHubMix 登录并显示您的余额，浏览器中没有任何令牌或密钥。',
  how: '登录方式',
  popup: '弹出窗口',
  redirect: '页面跳转',
  tip: '在新标签页中充值后返回，余额会自动更新。',
  snippet: '上面的账户框只需两行代码：',
  private: '只回应已登录的用户。',
};

const pt: PageTexts = {
  title: 'Demonstração de login com AIHubMix',
  language: 'Idioma',
  headline: 'Sua conta AIHubMix em um clique',
  about:
    'Um app de demonstração em que você entra com o AIHubMix e vê seu saldo, sem token nem segredo no navegador.',
  how: 'Login',
  popup: 'Pop-up',
  redirect: 'Redirecionamento',
  tip: 'Recarregue na nova aba e volte: o saldo se atualiza sozinho.',
  snippet: 'A caixa da conta acima são duas linhas:',
  private: 'só responde a quem entrou.',
};

const fr: PageTexts = {
  title: 'Démo de connexion avec AIHubMix',
  language: 'Langue',
  headline: 'Votre compte AIHubMix en un clic',
  about:
    'Une démo qui vous connecte avec AIHubMix et affiche votre solde, sans jeton ni secret dans le navigateur.',
  how: 'Connexion',
  popup: 'Fenêtre',
  redirect: 'Redirection',
  tip: 'Rechargez dans le nouvel onglet, puis revenez : le solde se met à jour.',
  snippet: 'L’encart du compte ci-dessus tient en deux lignes :',
  private: 'ne répond qu’aux personnes connectées.',
};

/** By language tag. */
export const TEXTS = { en, zh, pt, fr };

/** The languages of the page, each by its own name. */
export const LANGUAGES: Readonly<Record<keyof typeof TEXTS, string>> = {
  en: 'English',
  zh: '中文',
  pt: 'Português',
  fr: 'Français',
};

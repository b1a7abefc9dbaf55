const sentences = JSON.parse(byId('sentences').textContent);
let working = false;
let toppingUp = false;

function byId(id) {
  return document.getElementById(id);
}

function show(view) {
  document.body.dataset.view = view;
}

function say(text, kind = 'note') {
  byId('status').dataset.kind = kind;
  byId('message').textContent = text;
}

function sayError(code) {
  const known = Object.hasOwn(sentences, code);
  say(known ? `${sentences[code]} (${code})` : 'That did not work. Please try again.', 'error');
}

/** Asks the app and answers its JSON; throws an error with a `code` for everything that is not a success. */
async function ask(path, method = 'GET') {
  const response = await fetch(path, { method, headers: { accept: 'application/json' } }).catch(() => {
    throw failure('offline');
  });
  if (response.status === 204) return undefined;
  const body = await response.json().catch(() => undefined);
  if (response.ok && body !== undefined) return body;
  throw failure(body?.error ?? 'server_error');
}

function failure(code) {
  return Object.assign(new Error(code), { code });
}

async function load() {
  const { authenticated, user } = await ask('/auth/session');
  if (!authenticated) return show('out');
  byId('name').textContent = user.username;
  byId('email').textContent = user.email ?? 'no e-mail address';
  show('in');
  await showBalance();
}

async function showBalance() {
  const { formatted, unlimited } = await ask('/auth/balance');
  byId('balance').textContent = unlimited ? 'Unlimited' : formatted;
}

async function refresh() {
  await showBalance();
  say('The balance is up to date.');
}

async function logOut() {
  await ask('/auth/logout', 'POST');
  forget();
  say('You are logged out.');
}

function forget() {
  toppingUp = false;
  for (const id of ['name', 'email', 'balance']) byId(id).textContent = '\u2013';
  show('out');
}

/** Runs one thing at a time, with the buttons out of reach, and shows how it failed. */
async function work(task) {
  if (working) return;
  setWorking(true);
  const focused = document.activeElement;
  try {
    await task();
  } catch (error) {
    fail(error.code);
  } finally {
    setWorking(false);
    restoreFocus(focused);
  }
}

function fail(code) {
  if (code === 'session_expired' || code === 'unauthenticated') forget();
  if (document.body.dataset.view === 'loading') show('failed');
  sayError(code);
}

function setWorking(now) {
  working = now;
  byId('views').setAttribute('aria-busy', String(now));
  for (const button of document.querySelectorAll('button')) button.disabled = now;
}

/** A button that was disabled or has gone lost the focus; a keyboard user goes on where that view begins. */
function restoreFocus(focused) {
  if (focused === document.body || document.activeElement === focused) return;
  focused.focus();
  if (document.activeElement !== focused)
    document.querySelector(`#${document.body.dataset.view} .first`)?.focus();
}

function takeErrorFromUrl() {
  const url = new URL(location.href);
  const code = url.searchParams.get('error');
  if (code === null) return;
  url.searchParams.delete('error');
  history.replaceState(null, '', url);
  sayError(code);
}

/** Back from the top-up page, in another tab or window. */
function comeBack() {
  if (toppingUp && document.visibilityState === 'visible') work(refresh);
}

function onClick(id, action) {
  byId(id).addEventListener('click', action);
}

onClick('refresh', () => work(refresh));
onClick('log-out', () => work(logOut));
onClick('try-again', () =>
  work(async () => {
    say('');
    await load();
  }),
);
onClick('top-up', () => {
  toppingUp = true;
});
document.addEventListener('visibilitychange', comeBack);
addEventListener('focus', comeBack);
addEventListener('pageshow', ({ persisted }) => {
  if (persisted) work(load);
});
takeErrorFromUrl();
work(load);

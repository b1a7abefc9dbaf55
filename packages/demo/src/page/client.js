const texts = JSON.parse(document.getElementById('texts').textContent);
const account = document.querySelector('aihubmix-account');
const asked = new URLSearchParams(location.search);

/** The lookup of RFC 4647 §3.4: each range is shortened from its end until there is a text. */
function lookUp(ranges) {
  for (const range of ranges) {
    for (let rest = range.toLowerCase(); rest; rest = shortened(rest)) {
      if (Object.hasOwn(texts, rest)) return rest;
    }
  }
  return 'en';
}

function shortened(range) {
  return range.replace(/(-[a-z\d])?-[^-]*$|^[^-]*$/, '');
}

function speak(language) {
  document.documentElement.lang = language;
  document.title = texts[language].title;
  for (const element of document.querySelectorAll('[data-text]')) {
    element.textContent = texts[language][element.dataset.text];
  }
}

function logInBy(way) {
  account.toggleAttribute('redirect', way === 'redirect');
  document.getElementById('attribute').textContent = way === 'redirect' ? ' redirect' : '';
}

/** A choice is in the address only: a login by redirect comes back to it, and nothing is stored. */
function putInAddress(name, value) {
  const url = new URL(location.href);
  if (value === undefined) url.searchParams.delete(name);
  else url.searchParams.set(name, value);
  if (url.href !== location.href) history.replaceState(history.state, '', url);
}

function offer(name, chosen, act) {
  for (const input of document.getElementsByName(name)) {
    input.checked = input.value === chosen;
    input.addEventListener('change', () => {
      putInAddress(name, input.value);
      act(input.value);
    });
  }
  act(chosen);
}

offer('lang', lookUp([asked.get('lang') ?? '', ...navigator.languages]), speak);
offer('login', asked.get('login') === 'redirect' ? 'redirect' : 'popup', logInBy);

// The element has read the error once it knows the session; a page that is loaded again then begins without it.
customElements
  .whenDefined('aihubmix-account')
  .then(() => account.client.session())
  .then(
    () => putInAddress('error'),
    () => {},
  );

import { AihubmixAccount, defineAccountElement } from './element/account-element.js';

export * from './index.js';
export { AihubmixAccount };

// Served as {base}/browser.js, so the server is where this module came from.
AihubmixAccount.base = new URL('.', import.meta.url).href;
defineAccountElement();

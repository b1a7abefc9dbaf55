import { type AihubmixAccount, defineAccountElement } from './element/account-element.js';

export { AihubmixAccount } from './element/account-element.js';

declare global {
  interface HTMLElementTagNameMap {
    'aihubmix-account': AihubmixAccount;
  }
}

defineAccountElement();

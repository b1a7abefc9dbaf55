import type { MockUser } from '../options.js';
import { formatAmount, parseAmount, quotaUnits } from './money.js';

interface Account {
  readonly user: Readonly<MockUser>;
  /** Micro-dollars. */
  readonly balance: bigint;
}

/** What an unlimited account shows: one quota unit below nothing. */
const UNLIMITED_BALANCE = -2n;

/** The users of a server that was given none. */
export const DEFAULT_USERS: readonly MockUser[] = [
  { id: 12345, username: 'ada', email: 'ada@example.com', balance: '750.00', usedQuota: 250_000 },
  { id: 67890, username: 'grace', email: 'grace@example.com', balance: '12.50', usedQuota: 1_000_000 },
  { id: 24680, username: 'linus', email: 'linus@example.com', balance: '0.00', unlimited: true },
];

/** The users and their money. */
export class Users {
  readonly #accounts = new Map<string, Account>();

  constructor(users: readonly MockUser[]) {
    for (const user of users) this.add(user);
  }

  add(user: MockUser): void {
    this.#accounts.set(String(user.id), { user: { ...user }, balance: parseAmount(user.balance) });
  }

  has(id: string): boolean {
    return this.#accounts.has(id);
  }

  get(id: number | string): MockUser {
    const { user, balance } = this.#account(id);
    return { ...user, balance: formatAmount(balance) };
  }

  all(): MockUser[] {
    return [...this.#accounts.keys()].map((id) => this.get(id));
  }

  update(id: number | string, patch: Partial<Omit<MockUser, 'id'>>): void {
    this.add({ ...this.get(id), ...patch });
  }

  /** Adds an amount to a balance, and to a quota that was set by hand. */
  credit(id: number | string, amount: string): void {
    const { user, balance } = this.#account(id);
    const micros = parseAmount(amount);
    const quota = user.quota === undefined ? {} : { quota: user.quota + quotaUnits(micros) };
    this.add({ ...user, ...quota, balance: formatAmount(balance + micros) });
  }

  /** The balance as shown, with the gateway's negative remainder for an unlimited account. */
  shownBalance(id: number | string): string {
    return formatAmount(this.#shown(id));
  }

  /** Total and used quota in units of 1/500,000 dollar; what is left of it is the balance shown. */
  quota(id: number | string): { total: number; used: number } {
    const { user } = this.#account(id);
    const used = user.usedQuota ?? 0;
    return { total: user.quota ?? used + quotaUnits(this.#shown(id)), used };
  }

  #shown(id: number | string): bigint {
    const { user, balance } = this.#account(id);
    return user.unlimited === true ? UNLIMITED_BALANCE : balance;
  }

  #account(id: number | string): Account {
    const account = this.#accounts.get(String(id));
    if (!account) throw new Error(`there is no user ${id}`);
    return account;
  }
}

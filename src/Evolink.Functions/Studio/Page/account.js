// The head of the page: what is left to spend, and whether anything is spent at all.
import * as api from './api.js';
import { credits } from './words.js';

const EVERY = 60_000;

const $ = (id) => document.getElementById(id);

export class Account {
  #timer = 0;
  #onChange;

  constructor({ onChange }) {
    this.#onChange = onChange;
  }

  /** Asks now, and from time to time. */
  async look() {
    clearTimeout(this.#timer);
    if (!api.key.get()) return;
    try {
      this.#show(await api.account());
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
    }
    this.#timer = setTimeout(() => document.hidden ? this.#again() : this.look(), EVERY);
  }

  // Nobody sees it now: asked when somebody looks again.
  #again() {
    document.addEventListener('visibilitychange', () => this.look(), { once: true });
  }

  #show(account) {
    // A key may have a limit of its own; the smaller one counts.
    const left = [account.credits?.remaining, account.credits?.key_remaining].filter((number) => number !== undefined);
    $('simulated').hidden = !account.simulated;
    $('balance').hidden = !left.length || account.simulated;
    $('balance').textContent = left.length ? `${credits(Math.min(...left))} left` : '';
    this.#onChange(account);
  }
}

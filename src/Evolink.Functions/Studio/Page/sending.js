// Requests on their way: each under a key of its own, which is written down before anything is sent.
import * as api from './api.js';

const UNDERWAY = 'evolink.sending';
const RETRIES = [1000, 2000, 4000];
const LONGEST_RETRY = 10_000;
const REST = 2_000; // what comes again so soon is the second half of a double click

/** The slot of what the form sends. */
export const FORM = 'form';

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const newKey = () => `studio-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

export const saved = (name) => JSON.parse(sessionStorage.getItem(name) ?? 'null');
export const save = (name, value) => value ? sessionStorage.setItem(name, JSON.stringify(value)) : sessionStorage.removeItem(name);

export class Sending {
  #busy = false;
  #rested = new Map(); // what was just accepted, by slot
  #onAccepted;
  #onChange;

  /**
   * `onAccepted` gets what the app answered and the requests; `onChange` is called whenever `isBusy` or `isResting` may answer
   * otherwise.
   */
  constructor({ onAccepted, onChange }) {
    this.#onAccepted = onAccepted;
    this.#onChange = onChange;
  }

  get isBusy() {
    return this.#busy;
  }

  /** Whether these requests were accepted a moment ago: a second click of a double click must not pay for another. */
  isResting(slot, requests) {
    return this.#rested.get(slot) === JSON.stringify(requests);
  }

  /** Whether what the form sent last may be taken or not: sent again unchanged, it meets the same job. */
  get hasFailed() {
    return !this.#busy && Boolean(saved(UNDERWAY)?.[FORM]);
  }

  /** Finishes what a reload interrupted: the same requests with the same key meet the same jobs. */
  async resume() {
    for (const [slot, { requests }] of Object.entries(saved(UNDERWAY) ?? {})) {
      while (this.#busy) await sleep(100);
      await this.send(slot, requests);
    }
  }

  /**
   * Sends one request, or several as a batch. Answers whether they were accepted.
   * What was sent from the same slot before, with an unknown end, is sent again under its key where nothing has changed.
   */
  async send(slot, requests) {
    if (this.#busy || this.isResting(slot, requests)) return false;
    const before = saved(UNDERWAY)?.[slot];
    const pending = before && same(before.requests, requests) ? before : { key: newKey(), requests };
    this.#note(slot, pending);
    this.#busy = true;
    this.#onChange();
    try {
      const answer = await this.#post(pending);
      this.#note(slot, null);
      this.#rest(slot, requests);
      this.#onAccepted(answer, requests, slot);
      return true;
    } catch (error) {
      // Without a key nothing was taken: it is sent when there is one. What may have been taken keeps its key.
      if (error instanceof api.ApiError && error.status !== 401 && !error.isPassing) this.#note(slot, null);
      throw error;
    } finally {
      this.#busy = false;
      this.#onChange();
    }
  }

  async #post({ key, requests }) {
    for (let tries = 0; ; tries++) {
      try {
        return await (requests.length === 1 ? api.generate(requests[0], key) : api.startBatch({ generations: requests }, key));
      } catch (error) {
        const wait = Math.max(RETRIES[tries], (error.retryAfter ?? 0) * 1000);
        if (!error.isPassing || !(wait <= LONGEST_RETRY)) throw error;
        await sleep(wait);
      }
    }
  }

  #note(slot, pending) {
    const { [slot]: _, ...others } = saved(UNDERWAY) ?? {};
    const all = pending ? { ...others, [slot]: pending } : others;
    save(UNDERWAY, Object.keys(all).length ? all : null);
  }

  #rest(slot, requests) {
    this.#rested.set(slot, JSON.stringify(requests));
    setTimeout(() => {
      this.#rested.delete(slot);
      this.#onChange();
    }, REST);
  }
}

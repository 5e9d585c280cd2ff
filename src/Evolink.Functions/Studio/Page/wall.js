// The jobs, newest first: pages as one scrolls, one poll for everything that is running.
import * as api from './api.js';
import { Card } from './card.js';
import { all } from './filter.js';
import { isOver, timeLeft } from './words.js';

const PAGE = 30;
const HEAD = 10;
const MOST_IDS = 100;
const FASTEST = 700;
const SLOWEST = 5_000;
const HIDDEN = 30_000;
const HEAD_EVERY = 15_000;
const MOST_BACKOFF = 30_000;
const SOON = 1_500;
const SOON_FOR = 20_000;

export class Wall {
  #list = document.getElementById('wall');
  #empty = document.getElementById('empty');
  #noMatch = document.getElementById('no-match');
  #more = document.getElementById('more-to-come');
  #state = document.getElementById('link-state');
  #news = document.getElementById('news');
  #cards = new Map();
  #next = null;
  #loading = false;
  #timer = 0;
  #failures = 0;
  #headAt = 0;
  #soonUntil = 0;
  #source = all({});
  #generation = 0;
  #actions;
  #onChange;
  #near;
  #end;

  constructor({ actions, onChange }) {
    this.#actions = {
      ...actions,
      cancel: (card) => this.#cancel(card, actions.confirmCancel),
      remove: (card) => this.#remove(card, actions.confirmDelete),
      menu: async (card, button) => (await import('./menu.js')).open(card, button, this.#actions),
    };
    this.#onChange = onChange;
    this.#near = new IntersectionObserver((entries) => entries.filter((entry) => entry.isIntersecting).forEach(({ target }) => this.#reveal(target)), { rootMargin: '300px' });
    // What was seen may be told after the last page has come: without a next page there is nothing to ask for, least of all the first one again.
    this.#end = new IntersectionObserver((entries) => this.#next && entries.some((entry) => entry.isIntersecting) && this.#page(), { rootMargin: '1200px' });
    document.addEventListener('visibilitychange', () => this.#again(document.hidden ? HIDDEN : 0));
    setInterval(() => this.#cards.forEach((card) => card.grow()), 30_000);
  }

  /** All cards, in the order of the page. */
  get cards() {
    return [...this.#list.children].map((root) => this.#cards.get(root.dataset.id));
  }

  /** Whether there is nothing because there is no job at all. */
  get isEmpty() {
    return !this.#empty.hidden;
  }

  /** Shows other jobs: those of a source of filter.js. */
  show(source) {
    this.#source = source;
    return this.start();
  }

  /** Begins anew, with whatever key there is now. */
  async start() {
    this.#generation++;
    this.#cards.clear();
    this.#list.replaceChildren();
    this.#next = null;
    this.#loading = false;
    this.#end.disconnect();
    await this.#page();
    this.#headAt = Date.now();
    this.#end.observe(this.#more);
    this.#again(FASTEST);
  }

  /** Looks for jobs from elsewhere now, and again for a while: those of a batch come one after the other. */
  look() {
    this.#headAt = 0;
    this.#soonUntil = Date.now() + SOON_FOR;
    this.#again(0);
  }

  /** Puts a job that was just accepted on top. */
  add(job, request) {
    const card = this.#cards.get(job.id) ?? this.#put(job, true);
    card.know(request);
    card.reveal();
    this.#again(FASTEST);
    return card;
  }

  async #page() {
    if (this.#loading) return;
    this.#loading = true;
    const generation = this.#generation;
    try {
      const page = await this.#source.list({ limit: PAGE, after: this.#next });
      if (generation !== this.#generation) return;
      page.data.forEach((job) => this.#take(job, false));
      this.#next = page.next ?? null;
      this.#more.hidden = !this.#next;
      this.#showEmpty();
      this.#reachable(true);
      this.#watchEnd();
    } catch (error) {
      this.#failed(error);
    } finally {
      if (generation === this.#generation) this.#loading = false;
    }
  }

  #showEmpty() {
    const isEmpty = this.#cards.size === 0 && !this.#next;
    this.#empty.hidden = !isEmpty || this.#source.isNarrow;
    this.#noMatch.hidden = !isEmpty || !this.#source.isNarrow;
    this.#onChange();
  }

  // An observer tells changes only: where the end stays in sight, because a page is short or failed to come, it is looked for anew.
  #watchEnd() {
    if (!this.#next) return;
    requestAnimationFrame(() => {
      this.#end.unobserve(this.#more);
      this.#end.observe(this.#more);
    });
  }

  #take(job, first) {
    const card = this.#cards.get(job.id);
    if (!card) return this.#put(job, first);
    const before = card.job;
    card.update(job);
    if (before.phase !== job.phase) this.#tell(card);
    return card;
  }

  #put(job, first) {
    const card = new Card(job, this.#actions);
    this.#cards.set(job.id, card);
    this.#list.insertBefore(card.root, first ? this.#firstNotNewerThan(job) : null);
    this.#near.observe(card.root);
    this.#empty.hidden = this.#noMatch.hidden = true;
    return card;
  }

  #firstNotNewerThan(job) {
    let root = this.#list.firstElementChild;
    while (root && this.#cards.get(root.dataset.id).job.created > job.created) root = root.nextElementSibling;
    return root;
  }

  #reveal(root) {
    this.#near.unobserve(root);
    this.#cards.get(root.dataset.id)?.reveal().then(this.#onChange);
  }

  #tell(card) {
    const words = { waiting: 'is being generated', saving: 'is being saved', completed: 'is finished', failed: 'failed', cancelled: 'was cancelled' }[card.job.phase];
    if (!words) return;
    this.#news.textContent = [`${card.name} ${words}`, timeLeft(card.job)].filter(Boolean).join(', ') + '.';
    this.#onChange();
  }

  #again(wait) {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#poll(), wait);
  }

  async #poll() {
    const generation = this.#generation;
    try {
      if (this.#cards.size === 0 && this.#empty.hidden && this.#noMatch.hidden) await this.#page();
      const running = [...this.#cards.values()].filter((card) => !isOver(card.job)).map((card) => card.job.id);
      for (let i = 0; i < running.length; i += MOST_IDS) {
        const jobs = await api.tasks(running.slice(i, i + MOST_IDS));
        if (generation !== this.#generation) return;
        jobs.forEach((job) => this.#take(job, true));
      }
      if (Date.now() - this.#headAt >= this.#headEvery) await this.#head(generation);
      this.#reachable(true);
      this.#watchEnd();
    } catch (error) {
      this.#failed(error);
    }
    if (generation === this.#generation && api.key.get()) this.#again(this.#pause());
  }

  get #headEvery() {
    return Date.now() < this.#soonUntil ? SOON : HEAD_EVERY;
  }

  // Jobs may come from elsewhere: another tab, the command line, a queue.
  async #head(generation) {
    const { data, isWhole } = await this.#source.head(HEAD);
    if (generation !== this.#generation) return;
    this.#headAt = Date.now();
    // More has come than fits on one page: what lies between is not known, so the wall begins anew.
    if (!isWhole && data.length === HEAD && !data.some((job) => this.#cards.has(job.id))) return void this.start();
    data.reverse().forEach((job) => this.#take(job, true));
  }

  #pause() {
    if (document.hidden) return HIDDEN;
    if (this.#failures) return Math.min(MOST_BACKOFF, 1000 * 2 ** (this.#failures - 1));
    const estimates = [...this.#cards.values()].filter((card) => !isOver(card.job)).map((card) => card.job.task_info?.estimated_time ?? 120);
    // A fortieth of the shortest estimate: fine enough for a bar, cheap enough for a wall.
    return Math.min(this.#headEvery, estimates.length ? Math.min(SLOWEST, Math.max(FASTEST, Math.min(...estimates) * 25)) : HEAD_EVERY);
  }

  #failed(error) {
    if (error.status === 401) return;
    if (!(error instanceof api.ApiError)) throw error;
    this.#failures++;
    this.#reachable(false);
  }

  #reachable(yes) {
    if (yes) this.#failures = 0;
    this.#state.hidden = yes || this.#failures < 2;
  }

  async #cancel(card, confirm) {
    if (!await confirm()) return;
    this.#take(await api.cancel(card.job.id), true);
    this.#again(FASTEST);
  }

  async #remove(card, confirm) {
    if (!await confirm()) return;
    await api.remove(card.job.id);
    this.#near.unobserve(card.root);
    this.#cards.delete(card.job.id);
    card.root.remove();
    this.#showEmpty();
    this.#actions.say('Deleted.');
  }
}

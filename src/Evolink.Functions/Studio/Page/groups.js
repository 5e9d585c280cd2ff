// The batches, as tiles above the wall: one is opened to see its videos alone.
import * as api from './api.js';
import { ofBatch } from './filter.js';
import { ago, batchWords } from './words.js';

const SHOWN = 6;
const EVERY = 4_000;

export class Groups {
  #place = document.getElementById('groups');
  #open = null;
  #timer = 0;
  #onOpen;
  #actions;

  /** `onOpen` gets the source of an opened batch, and nothing when it is closed. */
  constructor({ onOpen, actions }) {
    this.#onOpen = onOpen;
    this.#actions = actions;
    this.#place.addEventListener('click', ({ target }) => {
      const id = target.closest('[data-batch]')?.dataset.batch;
      if (id) this.open(id === this.#open ? null : id);
    });
  }

  /** Shows the videos of one batch, or closes it. */
  open(id) {
    this.#open = id;
    this.look();
    this.#onOpen(id && ofBatch(id));
  }

  /** Forgets which one is open: something else is shown. */
  close() {
    this.#open = null;
    this.#mark();
  }

  /** Asks how they stand, and goes on asking while one is not over. */
  async look() {
    clearTimeout(this.#timer);
    try {
      const { data } = await api.batches(SHOWN);
      if (this.#open && !data.some((batch) => batch.id === this.#open)) data.push(await api.batch(this.#open, { limit: 1 }));
      this.#show(data);
      if (data.some((batch) => !batch.ended_at)) this.#timer = setTimeout(() => this.look(), EVERY);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      if (error.isPassing) this.#timer = setTimeout(() => this.look(), EVERY);
    }
  }

  #show(batches) {
    const known = new Map([...this.#place.children].map((tile) => [tile.dataset.batch, tile]));
    const tiles = batches.map((batch) => {
      const tile = known.get(batch.id) ?? this.#tile(batch);
      tile.querySelector('.batch-words').textContent = batchWords(batch);
      tile.querySelector('.batch-age').textContent = ago(batch.created);
      const { total, pending, processing } = batch.counts;
      tile.querySelector('.batch-done').style.setProperty('--done', (total - pending - processing) / total);
      tile.querySelector('.batch-stop').hidden = Boolean(batch.ended_at || batch.cancel_requested_at);
      return tile;
    });
    const focused = document.activeElement;
    this.#place.replaceChildren(...tiles);
    if (this.#place.contains(focused)) focused.focus();
    this.#place.hidden = !batches.length;
    this.#mark();
  }

  #tile(batch) {
    const tile = document.getElementById('batch').content.cloneNode(true).firstElementChild;
    tile.dataset.batch = batch.id;
    tile.querySelector('.batch-stop').addEventListener('click', async (event) => {
      event.stopPropagation();
      if (!await this.#actions.confirmCancel()) return;
      await api.cancelBatch(batch.id).then(() => this.look(), this.#actions.fail);
    });
    return tile;
  }

  #mark() {
    for (const tile of this.#place.children) tile.querySelector('.batch-open').ariaPressed = String(tile.dataset.batch === this.#open);
  }
}

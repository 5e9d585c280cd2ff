// Several finished videos at once: chosen on the wall, and downloaded one after the other.
import { download } from './card.js';

const PAUSE = 700; // browsers drop downloads that follow each other at once

const $ = (id) => document.getElementById(id);

export class Selection {
  #wall;
  #fail;

  constructor({ wall, fail }) {
    this.#wall = wall;
    this.#fail = fail;
    $('select').addEventListener('click', () => this.#turn($('selection').hidden));
    $('select-done').addEventListener('click', () => { this.#turn(false); $('select').focus(); });
    $('select-all').addEventListener('click', () => {
      this.#finished.forEach((card) => { card.isPicked = true; });
      this.show();
    });
    $('download-all').addEventListener('click', () => this.#download());
  }

  get #finished() {
    return this.#wall.cards.filter((card) => card.job.status === 'completed');
  }

  get #picked() {
    return this.#finished.filter((card) => card.isPicked);
  }

  /** Says how many are chosen. */
  show() {
    const count = this.#picked.length;
    $('selected').textContent = count === 1 ? '1 video selected' : `${count} videos selected`;
    $('download-all').ariaDisabled = String(count === 0);
  }

  #turn(on) {
    $('selection').hidden = !on;
    $('select').ariaPressed = String(on);
    $('wall').classList.toggle('selecting', on);
    if (!on) this.#wall.cards.forEach((card) => { card.isPicked = false; });
    this.show();
  }

  async #download() {
    if ($('download-all').ariaDisabled === 'true') return;
    $('download-all').ariaDisabled = 'true';
    try {
      for (const card of this.#picked) {
        await download(card.job.id);
        await new Promise((done) => setTimeout(done, PAUSE));
      }
    } catch (error) {
      this.#fail(error);
    } finally {
      this.show();
    }
  }
}

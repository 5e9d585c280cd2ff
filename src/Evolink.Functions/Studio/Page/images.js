// The images that the form holds: one for each video. They are fitted, sent to the app and shown; the last change can be taken back.
import * as api from './api.js';
import { fit } from './fit.js';
import { picture, remember, shrink } from './pictures.js';
import { contents, isImage, mayHold } from './transfer.js';

const MAX_BYTES = 10 * 1024 * 1024; // what is larger is not sent at all
const MOST = 200;
const AT_ONCE = 3;
const TOLD = 3;

const $ = (id) => document.getElementById(id);

export class Images {
  #items = []; // { image: link, name, address: of a small copy }
  #before = null;
  #turn = 0; // of several choices made quickly, the last one counts
  #working = null;
  #onChange;
  #problem;

  /** `problem` shows what is wrong with a choice; `onChange` is called when the images are others. */
  constructor({ onChange, problem }) {
    this.#onChange = onChange;
    this.#problem = problem;
    for (const id of ['file', 'folder']) {
      $(id).addEventListener('change', ({ target }) => {
        this.choose([...target.files].filter((file) => id === 'file' || isImage(file)));
        target.value = '';
      });
    }
    $('undo').addEventListener('click', () => this.#undo());
    this.#acceptDrops();
  }

  get items() {
    return this.#items;
  }

  /** Settles when what was chosen last is there, or refused. */
  get settled() {
    return this.#working ?? Promise.resolve();
  }

  /** Holds other images, which the app has already. */
  async set(items) {
    this.#interrupt();
    this.#items = items;
    this.#before = null;
    $('image-note-words').textContent = '';
    this.#show();
    await this.showOwn();
  }

  /** Fetches small copies of the app's own images, once there is a key. */
  async showOwn() {
    const items = this.#items;
    await Promise.all(items.filter((item) => !item.address).map(async (item) => { item.address = await picture(item.image); }));
    if (items === this.#items) this.#show();
  }

  /** Takes files in place of what is there; where none can be used, that stays. */
  choose(files) {
    if (!files.length) return;
    const turn = ++this.#turn;
    $('drop').classList.add('busy');
    this.#working = this.#take(files, () => turn === this.#turn).finally(() => {
      if (turn !== this.#turn) return;
      $('drop').classList.remove('busy');
      this.#working = null;
      this.#onChange();
    });
  }

  async #take(files, isMine) {
    this.#problem('');
    const given = files.slice(0, MOST);
    const results = new Array(given.length);
    let next = 0;
    const work = async () => {
      while (next < given.length && isMine()) {
        const i = next++;
        results[i] = await this.#prepare(given[i]);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    if (!isMine()) return;
    const [good, bad] = [results.filter((result) => result.image), results.filter((result) => !result.image)];
    if (good.length) this.#put(good, { note: good.map((item) => item.note).filter(Boolean).slice(0, TOLD).join(' ') });
    const kept = !good.length && this.#items.length ? ' The image before it stays.' : '';
    this.#problem([
      files.length === 1 ? bad[0] && bad[0].problem + kept : bad.slice(0, TOLD).map(({ name, problem }) => `${name}: ${problem}`).join(' '),
      bad.length > TOLD && `And ${bad.length - TOLD} more cannot be used.`,
      files.length > MOST && `Of ${files.length} files the first ${MOST} were taken.`,
    ].filter(Boolean).join(' '));
    this.#show();
  }

  async #prepare(file) {
    const name = file.name || 'Image';
    try {
      const { blob, note } = await fit(file);
      if (blob.size > MAX_BYTES) {
        const [size, most] = [blob.size, MAX_BYTES].map((bytes) => bytes.toLocaleString('en-US'));
        return { name, problem: `The image has ${size} bytes; at most ${most} (10 MB) are allowed.` };
      }
      // The app alone says what can be used. What it takes and this browser cannot show has no preview.
      const [image, address] = await Promise.all([api.upload(blob), shrink(blob).catch(() => null)]);
      if (address) remember(image, address);
      return { image, name, address, note };
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      return { name, problem: error.message };
    }
  }

  #link(address) {
    const { host, pathname } = new URL(address);
    this.#interrupt();
    this.#problem('');
    const name = decodeURIComponent(pathname.split('/').pop()) || host;
    const note = `Evolink fetches this image from ${host} itself, so it cannot be shown here.`;
    this.#put([{ image: address, name, address: null }], { note });
    this.#show();
    this.#onChange();
  }

  // What is on its way is not wanted any more.
  #interrupt() {
    this.#turn++;
    this.#working = null;
    $('drop').classList.remove('busy');
  }

  #put(items, { note }) {
    this.#before = { items: this.#items, note: $('image-note-words').textContent };
    this.#items = items;
    const [first] = this.#before.items;
    $('image-note-words').textContent = note || (first ? `In place of ${first.name ?? 'the image before'}.` : '');
  }

  #undo() {
    this.#interrupt();
    const { items, note } = this.#before;
    this.#items = items;
    this.#before = null;
    $('image-note-words').textContent = note;
    this.#problem('');
    this.#show();
    this.#onChange();
    $('file').focus();
  }

  #without(item) {
    this.#put(this.#items.filter((other) => other !== item), { note: `${item.name} is left out.` });
    this.#show();
    this.#onChange();
  }

  #show() {
    const items = this.#items;
    const [first] = items;
    const isOne = items.length === 1;
    $('drop').classList.toggle('filled', items.length > 0);
    $('drop').classList.toggle('several', items.length > 1);
    $('preview').hidden = !(isOne && first.address);
    if (isOne && first.address) $('preview').src = first.address;
    const invite = [Object.assign(document.createElement('strong'), { textContent: 'Choose images' }), ' or drop them here'];
    $('file-words').replaceChildren(...isOne ? [`${first.name ?? 'Image chosen'} · choose another`]
      : items.length ? [`${items.length} images · choose others`] : invite);
    const canUndo = this.#before && (this.#before.items.length > 0 || $('image-note-words').textContent);
    $('image-note').hidden = !canUndo && !$('image-note-words').textContent;
    $('undo').hidden = !canUndo;
    $('chosen').hidden = items.length < 2;
    $('chosen').replaceChildren(...items.length < 2 ? [] : items.map((item) => this.#thumb(item)));
  }

  #thumb(item) {
    const place = document.createElement('li');
    if (item.address) place.append(Object.assign(document.createElement('img'), { src: item.address, alt: '' }));
    const remove = Object.assign(document.createElement('button'), { type: 'button', textContent: '×', title: item.name });
    remove.setAttribute('aria-label', `Leave out ${item.name}`);
    remove.addEventListener('click', () => this.#without(item));
    place.append(remove);
    return place;
  }

  #acceptDrops() {
    const over = (yes) => $('drop').classList.toggle('over', yes);
    // Anywhere on the page: a drop that misses must not make the browser leave.
    addEventListener('dragover', (event) => { if (mayHold(event.dataTransfer)) { event.preventDefault(); over(true); } });
    addEventListener('dragleave', (event) => event.relatedTarget ?? over(false));
    addEventListener('drop', (event) => {
      if (!mayHold(event.dataTransfer)) return;
      event.preventDefault();
      over(false);
      this.#takeFrom(event.dataTransfer);
    });
    // Text that is pasted into a field belongs there.
    document.addEventListener('paste', (event) => {
      const isText = event.target.closest?.('input, textarea') && !event.clipboardData.files.length;
      if (!isText) this.#takeFrom(event.clipboardData);
    });
  }

  async #takeFrom(transfer) {
    const { files, links } = await contents(transfer);
    if (files.length) this.choose(files);
    else if (links.length) this.#link(links[0]);
  }
}

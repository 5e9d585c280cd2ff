// One job on the wall. Only what has changed is written to the page.
import * as api from './api.js';
import { learn } from './estimate.js';
import { picture } from './pictures.js';
import { adviceFor, ago, costWords, isOver, phaseWords, shortly, timeLeft, webhookWords } from './words.js';

const PARTS = [
  'media', 'picture', 'blank', 'play', 'large', 'pick', 'running', 'phase', 'left', 'bar', 'prompt', 'waiting', 'failure', 'reason',
  'advice', 'what', 'source', 'hook', 'id', 'save', 'again', 'edit', 'stop', 'more',
];
const template = document.getElementById('card');

/** Lets the browser save a video: the link says so, and the page stays where it is. */
export async function download(id) {
  const [link] = (await api.task(id, { save: true })).results;
  Object.assign(document.createElement('a'), { href: link, download: '' }).click();
}

export class Card {
  #parts = {};
  #texts = new Map();
  #loading = null;

  constructor(job, actions) {
    this.root = template.content.cloneNode(true).firstElementChild;
    this.root.dataset.id = job.id;
    for (const name of PARTS) this.#parts[name] = this.root.querySelector(`.${name}`);
    this.#parts.time = this.root.querySelector('time');
    this.#parts.time.dateTime = new Date(job.created * 1000).toISOString();
    this.#parts.time.title = new Date(job.created * 1000).toLocaleString();
    this.#parts.id.textContent = job.id;
    this.#listen(actions);
    this.update(job);
  }

  get prompt() {
    return this.request?.prompt ?? this.job.prompt;
  }

  get name() {
    return this.prompt ? `“${shortly(this.prompt)}”` : 'A video';
  }

  /** Address of a small copy of the input picture; empty where there is none. */
  get picture() {
    return this.#parts.picture.src;
  }

  get isPicked() {
    return this.#parts.pick.checked;
  }

  set isPicked(yes) {
    this.#parts.pick.checked = yes;
  }

  /** Shows how the job stands now. */
  update(job) {
    const parts = this.#parts;
    const over = isOver(job);
    if (this.job?.status !== job.status) {
      this.root.dataset.status = job.status;
      parts.running.hidden = over;
      parts.play.hidden = parts.large.hidden = parts.save.hidden = job.status !== 'completed';
      parts.failure.hidden = job.status !== 'failed';
    }
    this.job = job;
    parts.stop.hidden = over || !job.task_info?.can_cancel;
    this.root.dataset.phase = job.phase;
    // Before Evolink has the task nobody knows how far it is, or how long it takes.
    parts.bar.hidden = Boolean(job.waiting_for) || !job.evolink_task_id;
    parts.waiting.hidden = over || !job.waiting_for;
    if (!over) {
      this.#write('phase', phaseWords(job));
      this.#write('left', timeLeft(job));
      this.#write('waiting', job.waiting_for?.message ?? '');
      parts.bar.setAttribute('aria-valuenow', job.progress);
      parts.bar.firstElementChild.style.setProperty('--done', job.progress / 100);
    }
    if (job.error) {
      this.#write('reason', job.error.message ?? job.error.code);
      this.#write('advice', adviceFor(job.error.code));
    }
    if (!this.request && job.prompt) this.#title(job.prompt);
    this.#facts();
  }

  /** Loads what the list does not tell, when the card comes near the screen. */
  reveal() {
    this.#loading ??= this.#load().catch(() => { this.#loading = null; });
    return this.#loading;
  }

  /** Gives the card its request, where the page has just made it. */
  know(request) {
    this.request = request;
    this.#title(request.prompt);
    this.#facts();
  }

  /** Writes the age anew. */
  grow() {
    this.#write('time', ago(this.job.created));
  }

  async #load() {
    if (!this.request) this.know(await api.request(this.job.id));
    const address = await picture(this.request.image_urls?.[0]);
    if (!address) return;
    this.#parts.picture.src = address;
    this.#parts.picture.hidden = false;
    this.#parts.blank.remove();
  }

  #title(prompt) {
    this.#write('prompt', prompt);
    this.#parts.prompt.title = prompt;
    this.#parts.bar.setAttribute('aria-label', `Progress of ${this.name}`);
    const verbs = {
      play: 'Play', large: 'Show large:', pick: 'Select', save: 'Download', again: 'Again, as a new video:', edit: 'Edit', stop: 'Cancel',
      more: 'More for',
    };
    for (const [part, verb] of Object.entries(verbs)) this.#parts[part].setAttribute('aria-label', `${verb} ${this.name}`);
  }

  #facts() {
    const { job, request } = this;
    const facts = [
      isOver(job) && phaseWords(job), request?.duration && `${request.duration} s`, request && (request.quality ?? '720p'), costWords(job),
    ];
    this.#write('what', facts.filter(Boolean).join(' · '));
    const item = job.source?.batch && `item ${job.source.index + 1} of a batch`;
    this.#write('source', [job.reference, item].filter(Boolean).join(' · ') || (job.source?.name ?? ''));
    this.#write('hook', webhookWords(job));
    this.grow();
    if (request) learn(job, request);
  }

  #write(part, text) {
    if (this.#texts.get(part) === text) return;
    this.#texts.set(part, text);
    this.#parts[part].textContent = text;
  }

  #listen({ again, edit, cancel, large, picked, menu, copy, fail }) {
    const on = (part, action) => this.#parts[part].addEventListener('click', async (event) => {
      const button = event.currentTarget;
      if (button.ariaDisabled === 'true') return;
      button.ariaDisabled = 'true';
      try {
        await action(button);
      } catch (error) {
        fail(error);
      } finally {
        button.ariaDisabled = null;
      }
    });
    const request = async () => this.request ?? await api.request(this.job.id);
    on('play', () => this.#play());
    on('large', () => large(this));
    on('save', () => download(this.job.id));
    on('id', () => copy(this.job.id, 'The id'));
    on('again', async () => again(this.job, await request()));
    on('edit', async () => edit(await request()));
    on('stop', () => cancel(this));
    on('more', (button) => menu(this, button));
    this.#parts.pick.addEventListener('change', picked);
  }

  async #play() {
    const video = document.createElement('video');
    video.controls = video.autoplay = video.playsInline = video.loop = true;
    video.ariaLabel = this.name;
    if (this.picture) video.poster = this.picture;
    // A link that was signed long ago may have died: every play takes a fresh one.
    video.src = (await api.task(this.job.id)).results[0];
    this.#parts.play.hidden = true;
    // The picture stays beside it, small, above the video.
    this.#parts.media.prepend(video);
    this.root.dataset.playing = '';
    video.focus();
  }
}

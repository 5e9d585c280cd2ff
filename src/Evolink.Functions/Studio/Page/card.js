// One job on the wall. Only what has changed is written to the page.
import * as api from './api.js';
import { learn } from './estimate.js';
import { picture } from './pictures.js';
import { adviceFor, ago, atTime, costWords, isOver, phaseWords, shortly, timeLeft } from './words.js';

const template = document.getElementById('card');

export class Card {
  #parts = {};
  #texts = new Map();
  #loading = null;

  constructor(job, actions) {
    this.root = template.content.cloneNode(true).firstElementChild;
    this.root.dataset.id = job.id;
    for (const name of ['media', 'picture', 'blank', 'play', 'running', 'phase', 'left', 'bar', 'prompt', 'failure', 'reason', 'advice', 'what', 'save', 'copy', 'again', 'stop'])
      this.#parts[name] = this.root.querySelector(`.${name}`);
    this.#parts.time = this.root.querySelector('time');
    this.#parts.time.dateTime = new Date(job.created * 1000).toISOString();
    this.#parts.time.title = new Date(job.created * 1000).toLocaleString();
    this.#listen(actions);
    this.update(job);
  }

  get name() {
    return this.request ? `“${shortly(this.request.prompt)}”` : 'A video';
  }

  /** Shows how the job stands now. */
  update(job) {
    const parts = this.#parts;
    const over = isOver(job);
    if (this.job?.status !== job.status) {
      this.root.dataset.status = job.status;
      parts.running.hidden = over;
      parts.play.hidden = parts.save.hidden = parts.copy.hidden = job.status !== 'completed';
      parts.failure.hidden = job.status !== 'failed';
    }
    this.job = job;
    parts.stop.hidden = over || !job.task_info?.can_cancel;
    this.root.dataset.phase = job.phase;
    this.root.toggleAttribute('data-waiting', Boolean(job.waiting_for));
    if (!over) {
      this.#write('phase', phaseWords(job));
      this.#write('left', timeLeft(job));
      parts.bar.setAttribute('aria-valuenow', job.progress);
      parts.bar.firstElementChild.style.setProperty('--done', job.progress / 100);
    }
    if (job.error) {
      this.#write('reason', job.error.message ?? job.error.code);
      this.#write('advice', adviceFor(job.error.code));
    }
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
    this.#write('prompt', request.prompt);
    this.#parts.prompt.title = request.prompt;
    this.#parts.bar.setAttribute('aria-label', `Progress of ${this.name}`);
    for (const [part, verb] of [['play', 'Play'], ['save', 'Download'], ['copy', 'Copy the link of'], ['again', 'Again, with changes:'], ['stop', 'Cancel']])
      this.#parts[part].setAttribute('aria-label', `${verb} ${this.name}`);
    this.#facts();
    learn(this.job, request);
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

  #facts() {
    const { job, request } = this;
    const facts = [request?.duration && `${request.duration} s`, request && (request.quality ?? '720p'), costWords(job)];
    this.#write('what', facts.filter(Boolean).join(' · '));
    this.grow();
    if (request) learn(job, request);
  }

  #write(part, text) {
    if (this.#texts.get(part) === text) return;
    this.#texts.set(part, text);
    this.#parts[part].textContent = text;
  }

  #listen({ again, cancel, say, fail }) {
    const on = (part, action) => this.#parts[part].addEventListener('click', async (event) => {
      const button = event.currentTarget;
      if (button.ariaDisabled === 'true') return;
      button.ariaDisabled = 'true';
      try {
        await action();
      } catch (error) {
        fail(error);
      } finally {
        button.ariaDisabled = null;
      }
    });
    on('play', () => this.#play());
    on('save', async () => this.#open((await api.task(this.job.id, { save: true })).results[0]));
    on('copy', async () => {
      const fresh = await api.task(this.job.id);
      await navigator.clipboard.writeText(fresh.results[0]);
      say(`Link copied. It works until ${atTime(new Date(fresh.expires_at))}.`);
    });
    on('again', async () => again(this.request ?? await api.request(this.job.id)));
    on('stop', () => cancel(this));
  }

  // The link says that the video is to be saved, so the page stays where it is.
  #open(link) {
    const anchor = document.createElement('a');
    anchor.href = link;
    anchor.download = '';
    anchor.click();
  }

  async #play() {
    const video = document.createElement('video');
    video.controls = video.autoplay = video.playsInline = video.loop = true;
    video.ariaLabel = this.name;
    if (this.#parts.picture.src) video.poster = this.#parts.picture.src;
    // A link that was signed long ago may have died: every play takes a fresh one.
    video.src = (await api.task(this.job.id)).results[0];
    this.#parts.play.hidden = true;
    this.#parts.media.append(video);
    this.root.dataset.playing = '';
    video.focus();
  }
}

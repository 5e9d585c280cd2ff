// The form: what is asked for, checked by the app's own rules, sent once.
import * as api from './api.js';
import { estimate } from './estimate.js';
import { picture, remember, shrink } from './pictures.js';
import { adviceFor, credits } from './words.js';

const MODEL = 'wan2.6-image-to-video';
const MAX_PROMPT = 1500;
const MAX_IMAGE = 10 * 1024 * 1024; // what is larger is not sent at all
const DRAFT = 'evolink.draft';
const PENDING = 'evolink.pending';
const RETRIES = [1000, 2000, 4000];
const LONGEST_RETRY = 10_000;

const $ = (id) => document.getElementById(id);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const saved = (name) => JSON.parse(sessionStorage.getItem(name) ?? 'null');
const save = (name, value) => value ? sessionStorage.setItem(name, JSON.stringify(value)) : sessionStorage.removeItem(name);
const newKey = () => `studio-${[...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('')}`;

export class Composer {
  #form = $('composer');
  #image = null; // link of the image, once the app has it
  #uploading = null;
  #turn = 0; // of several images chosen quickly, the last one counts
  #sending = false;
  #sent = null; // what was sent last: the same again needs a change, or "Again"
  #onAccepted;

  constructor({ onAccepted }) {
    this.#onAccepted = onAccepted;
    this.#form.addEventListener('input', () => this.#changed());
    this.#form.addEventListener('submit', (event) => { event.preventDefault(); this.#submit(); });
    $('file').addEventListener('change', ({ target }) => { this.#choose(target.files[0]); target.value = ''; });
    $('prompt').addEventListener('keydown', (event) => (event.ctrlKey || event.metaKey) && event.key === 'Enter' && this.#form.requestSubmit());
    $('sample').addEventListener('click', () => this.#takeSample());
    this.#acceptDrops();
    document.addEventListener('paste', ({ clipboardData }) => clipboardData.files[0] && this.#choose(clipboardData.files[0]));
    this.#fill(saved(DRAFT) ?? {});
  }

  /** Finishes what a reload interrupted: the same request with the same key meets the same job. */
  async resume() {
    await this.#showOwn();
    const pending = saved(PENDING);
    if (pending) await this.#send(pending);
  }

  /** Fills the form with an earlier request, to be changed. */
  async edit(request) {
    this.#fill({ request });
    scrollTo({ top: 0, behavior: matchMedia('(prefers-reduced-motion: reduce)').matches ? 'auto' : 'smooth' });
    $('prompt').focus({ preventScroll: true });
    await this.#showOwn();
  }

  /** Shows what the video may cost, as far as earlier ones tell. */
  showEstimate() {
    const cost = estimate(Number($('duration').value), this.#form.elements.quality.value);
    $('estimate').textContent = cost ? `Estimate: ${credits(cost)}, from your earlier videos.` : '';
  }

  #request() {
    const { quality, shot_type: shots } = this.#form.elements;
    const enriched = $('extend').checked;
    const audio = $('audio').value.trim();
    return {
      model: MODEL,
      prompt: $('prompt').value,
      image_urls: this.#image ? [this.#image] : [],
      duration: Number($('duration').value),
      quality: quality.value,
      ...enriched ? {} : { prompt_extend: false },
      ...enriched && shots.value !== 'single' ? { model_params: { shot_type: shots.value } } : {},
      ...audio ? { audio_url: audio } : {},
    };
  }

  #fill({ request = {}, sent = null }) {
    const { quality, shot_type: shots } = this.#form.elements;
    $('prompt').value = request.prompt ?? '';
    $('duration').value = request.duration ?? 5;
    quality.value = request.quality ?? '720p';
    $('extend').checked = request.prompt_extend ?? true;
    shots.value = request.model_params?.shot_type ?? 'single';
    $('audio').value = request.audio_url ?? '';
    $('more').open = Boolean(request.audio_url || request.model_params || request.prompt_extend === false);
    this.#turn++;
    this.#image = request.image_urls?.[0] ?? null;
    this.#sent = sent;
    this.#show(null);
    this.#changed();
  }

  #changed() {
    const length = [...$('prompt').value].length;
    $('count').textContent = `${length} / ${MAX_PROMPT}`;
    $('count').classList.toggle('over', length > MAX_PROMPT);
    this.#problem('prompt', length > MAX_PROMPT ? `prompt has ${length} characters (Unicode code points); at most ${MAX_PROMPT} are allowed.` : '');
    $('duration-words').textContent = `${$('duration').value} seconds`;
    $('duration').ariaValueText = $('duration-words').textContent;
    $('shots').disabled = !$('extend').checked;
    $('shots-hint').hidden = $('extend').checked;
    for (const field of ['duration', 'quality', 'audio_url', 'model_params.shot_type']) this.#problem(field, '');
    $('form-problem').textContent = '';
    this.showEstimate();
    this.#label();
    save(DRAFT, { request: this.#request(), sent: this.#sent });
  }

  #label() {
    const done = this.#isSent();
    const failed = !this.#sending && saved(PENDING);
    $('submit').textContent = this.#sending ? 'Sending…' : done ? 'Started. Change something for another' : failed ? 'Try again' : 'Make video';
    $('submit').ariaDisabled = String(this.#sending || done);
  }

  #isSent() {
    return this.#sent !== null && this.#sent === JSON.stringify(this.#request());
  }

  // Answers the field that has the first problem.
  #check(request) {
    const blank = !request.prompt.trim();
    const wrong = [
      ['image_urls', !this.#image && 'Choose an image: the video begins with it.'],
      ['prompt', blank ? 'prompt is missing or blank; say what the video shall show.' : $('count').classList.contains('over') && $('prompt-problem').textContent],
      ['audio_url', this.#audioProblem(request.audio_url)],
    ].filter(([, problem]) => problem);
    wrong.forEach(([field, problem]) => this.#problem(field, problem));
    return wrong[0]?.[0];
  }

  #audioProblem(link) {
    if (!link) return '';
    if (!URL.canParse(link)) return 'audio_url is no absolute url; give a link such as https://example.com/file.';
    return new URL(link).pathname.toLowerCase().endsWith('.mp3') ? '' : 'audio_url does not name an mp3 file; its path must end in .mp3.';
  }

  async #submit() {
    if (this.#sending || this.#isSent()) return;
    // From here on a second click finds the door closed.
    this.#sending = true;
    this.#label();
    await this.#uploading;
    this.#sending = false;
    const request = this.#request();
    const field = this.#check(request);
    this.#label();
    if (field) return this.#inputOf(field).focus();
    const failed = saved(PENDING);
    const again = failed && JSON.stringify(failed.request) === JSON.stringify(request);
    return this.#send(again ? failed : { key: newKey(), request });
  }

  async #send(pending) {
    // Written before it is sent: a reload in between finds the key, and meets the same job with it.
    save(PENDING, pending);
    this.#sending = true;
    this.#label();
    $('form-problem').textContent = '';
    try {
      const job = await this.#generate(pending);
      save(PENDING, null);
      this.#sent = JSON.stringify(pending.request);
      this.#onAccepted(job, pending.request);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.#refused(error);
    } finally {
      this.#sending = false;
      save(DRAFT, { request: this.#request(), sent: this.#sent });
      this.#label();
    }
  }

  async #generate({ key, request }) {
    for (let tries = 0; ; tries++) {
      try {
        return await api.generate(request, key);
      } catch (error) {
        const wait = Math.max(RETRIES[tries], (error.retryAfter ?? 0) * 1000);
        if (!error.isPassing || !(wait <= LONGEST_RETRY)) throw error;
        await sleep(wait);
      }
    }
  }

  #refused(error) {
    // Without a key nothing was taken: it is sent when there is one.
    if (error.status === 401) return;
    if (!error.isPassing) save(PENDING, null);
    const field = error.param?.replace(/\[\d+\]$/, '');
    if (field && this.#problem(field, error.message)) this.#inputOf(field)?.focus();
    else $('form-problem').textContent = `${error.message} ${adviceFor(error.code)}`;
  }

  #choose(file) {
    if (!file) return;
    const turn = ++this.#turn;
    const isMine = () => turn === this.#turn;
    this.#uploading = this.#take(file, isMine).finally(() => {
      $('drop').classList.remove('busy');
      if (!isMine()) return;
      this.#uploading = null;
      this.#changed();
    });
  }

  async #takeSample() {
    if (!$('prompt').value.trim()) $('prompt').value = 'A cat playing piano';
    this.#choose(new File([await (await fetch('studio/cat.png')).blob()], 'cat.png'));
    $('submit').focus();
  }

  async #take(file, isMine) {
    this.#image = null;
    this.#show(null);
    this.#problem('image_urls', '');
    if (file.size > MAX_IMAGE) {
      const [size, most] = [file.size, MAX_IMAGE].map((bytes) => bytes.toLocaleString('en-US'));
      return this.#problem('image_urls', `The image has ${size} bytes; at most ${most} (10 MB) are allowed.`);
    }
    $('drop').classList.add('busy');
    let refused = false;
    // The app alone says what can be used. What it takes and this browser cannot show has no preview.
    const preview = shrink(file).catch(() => null);
    preview.then((address) => address && isMine() && !refused && this.#show(address, file.name));
    try {
      const image = await api.upload(file);
      const address = await preview;
      if (address) remember(image, address);
      if (!isMine()) return;
      this.#image = image;
      this.#show(address, file.name);
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      refused = true;
      if (!isMine()) return;
      this.#show(null);
      this.#problem('image_urls', error.message);
    }
  }

  async #showOwn() {
    const image = this.#image;
    const address = image && await picture(image);
    if (image === this.#image) this.#show(address);
  }

  #show(address, name) {
    $('preview').hidden = !address;
    if (address) $('preview').src = address;
    $('drop').classList.toggle('filled', Boolean(address || this.#image));
    $('file-words').textContent = address || this.#image ? `${name ?? 'Image chosen'} · choose another` : '';
    if (!address && !this.#image) $('file-words').append(Object.assign(document.createElement('strong'), { textContent: 'Choose an image' }), ' or drop it here');
  }

  #problem(field, text) {
    const place = this.#form.querySelector(`[data-field="${CSS.escape(field)}"] .problem`);
    if (!place) return false;
    if (place.textContent !== text) place.textContent = text;
    this.#inputOf(field)?.setAttribute('aria-invalid', String(Boolean(text)));
    return true;
  }

  #inputOf(field) {
    return this.#form.querySelector(`[data-field="${CSS.escape(field)}"] :is(input, textarea)`);
  }

  #acceptDrops() {
    const files = (event) => event.dataTransfer?.types.includes('Files');
    const over = (yes) => $('drop').classList.toggle('over', yes);
    // Anywhere on the page: a drop that misses must not make the browser leave.
    addEventListener('dragover', (event) => { if (files(event)) { event.preventDefault(); over(true); } });
    addEventListener('dragleave', (event) => event.relatedTarget ?? over(false));
    addEventListener('drop', (event) => {
      if (!files(event)) return;
      event.preventDefault();
      over(false);
      this.#choose(event.dataTransfer.files[0]);
    });
  }
}

// The form: what is asked for, checked by the app's own rules, sent once.
import * as api from './api.js';
import { estimate } from './estimate.js';
import { Images } from './images.js';
import { FORM, Sending, save, saved } from './sending.js';
import { adviceFor, costEstimate } from './words.js';

const MODEL = 'wan2.6-image-to-video';
const MAX_PROMPT = 1500;
const MAX_REFERENCE = 256;
const DRAFT = 'evolink.draft';

const $ = (id) => document.getElementById(id);

export class Composer {
  #form = $('composer');
  #images = new Images({ onChange: () => this.#changed(), problem: (text) => this.#problem('image_urls', text) });
  #sending;
  #sent = null; // what was sent last
  #waits = false; // for images that are on their way
  #account = {};

  constructor({ onAccepted, onBatch }) {
    this.#sending = new Sending({
      onAccepted: (answer, requests, slot) => {
        if (slot === FORM) this.#sent = JSON.stringify(requests);
        if (requests.length > 1) onBatch(answer, requests.length);
        else onAccepted(answer, requests[0]);
      },
      onChange: () => this.#label(),
    });
    this.#form.addEventListener('input', (event) => event.target.type !== 'file' && this.#changed());
    this.#form.addEventListener('submit', (event) => { event.preventDefault(); this.#submit(); });
    $('prompt').addEventListener('keydown', (event) => (event.ctrlKey || event.metaKey) && event.key === 'Enter' && this.#form.requestSubmit());
    $('sample').addEventListener('click', () => this.#takeSample());
    this.#fill(saved(DRAFT) ?? {});
  }

  /** Finishes what a reload interrupted. */
  async resume() {
    await this.#images.showOwn();
    await this.#try(() => this.#sending.resume());
  }

  /** Fills the form with an earlier request, to be changed. */
  async edit(request) {
    this.#fill({ request, images: (request.image_urls ?? []).map((image) => ({ image, name: request.reference })) });
    const [behavior] = matchMedia('(prefers-reduced-motion: reduce)').matches ? ['auto'] : ['smooth'];
    scrollTo({ top: 0, behavior });
    $('fields').scrollTo({ top: 0, behavior });
    $('prompt').focus({ preventScroll: true });
  }

  /** Sends an earlier request once more, as something new that is paid for; the form stays as it is. */
  again(job, request) {
    return this.#sending.send(`again ${job.id}`, [request]);
  }

  /** Shows what the video may cost: as far as earlier ones tell, else by what the app assumes. */
  showEstimate(account = this.#account) {
    this.#account = account;
    const seconds = Number($('duration').value);
    const count = Math.max(1, this.#images.items.length);
    const known = estimate(seconds, this.#form.elements.quality.value);
    $('estimate').textContent = costEstimate({ known, assumed: account.credits_per_second, seconds, count, isSimulated: account.simulated });
  }

  // One request for each image; what is common comes from the form's fields, of which a chooser of models would be one more.
  #requests() {
    const { model, quality, shot_type: shots } = this.#form.elements;
    const enriched = $('extend').checked;
    const audio = $('audio').value.trim();
    const common = {
      model: model?.value || MODEL,
      prompt: $('prompt').value,
      duration: Number($('duration').value),
      quality: quality.value,
      ...enriched ? {} : { prompt_extend: false },
      ...enriched && shots.value !== 'single' ? { model_params: { shot_type: shots.value } } : {},
      ...audio ? { audio_url: audio } : {},
    };
    if (!this.#images.items.length) return [{ ...common, image_urls: [] }];
    return this.#images.items.map(({ image, name }) => (
      { ...common, image_urls: [image], ...isReference(name) ? { reference: name } : {} }));
  }

  #fill({ request = {}, images = [], sent = null }) {
    const { quality, shot_type: shots } = this.#form.elements;
    $('prompt').value = request.prompt ?? '';
    $('duration').value = request.duration ?? 5;
    quality.value = request.quality ?? '720p';
    $('extend').checked = request.prompt_extend ?? true;
    shots.value = request.model_params?.shot_type ?? 'single';
    $('audio').value = request.audio_url ?? '';
    $('more').open = Boolean(request.audio_url || request.model_params || request.prompt_extend === false);
    this.#sent = sent;
    this.#problem('image_urls', '');
    this.#images.set(images);
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
    this.#saveDraft();
  }

  #saveDraft() {
    const [request] = this.#requests();
    save(DRAFT, { request, images: this.#images.items.map(({ image, name }) => ({ image, name })), sent: this.#sent });
  }

  #label() {
    const count = this.#images.items.length;
    const isSending = this.#waits || this.#sending.isBusy;
    const isSent = this.#sent !== null && this.#sent === JSON.stringify(this.#requests());
    const rests = isSent && this.#sending.isResting(FORM, this.#requests());
    $('submit').textContent = isSending ? 'Sending…'
      : rests ? 'Started'
      : this.#sending.hasFailed ? 'Try again'
      : isSent ? count > 1 ? `Make another ${count} videos` : 'Make another take'
      : count > 1 ? `Make ${count} videos` : 'Make video';
    $('submit').ariaDisabled = String(isSending || rests);
  }

  // Answers the field that has the first problem.
  #check(request) {
    const blank = !request.prompt.trim();
    const wrong = [
      ['image_urls', !this.#images.items.length && 'Choose an image: the video begins with it.'],
      ['prompt', blank ? 'prompt is missing or blank; say what the video shall show.' : $('count').classList.contains('over') && $('prompt-problem').textContent],
      ['audio_url', this.#audioProblem(request.audio_url)],
    ].filter(([, problem]) => problem);
    // What was said of an image that could not be used says more.
    wrong.forEach(([field, problem]) => (field === 'image_urls' && $('image-problem').textContent) || this.#problem(field, problem));
    return wrong[0]?.[0];
  }

  #audioProblem(link) {
    if (!link) return '';
    if (!URL.canParse(link)) return 'audio_url is no absolute url; give a link such as https://example.com/file.';
    return new URL(link).pathname.toLowerCase().endsWith('.mp3') ? '' : 'audio_url does not name an mp3 file; its path must end in .mp3.';
  }

  async #submit() {
    if (this.#waits || this.#sending.isBusy || $('submit').ariaDisabled === 'true') return;
    // From here on a second click finds the door closed.
    this.#waits = true;
    this.#label();
    await this.#images.settled;
    this.#waits = false;
    const requests = this.#requests();
    const field = this.#check(requests[0]);
    this.#label();
    if (field) return this.#inputOf(field).focus();
    $('form-problem').textContent = '';
    await this.#try(() => this.#sending.send(FORM, requests));
    this.#saveDraft();
  }

  async #try(action) {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof api.ApiError)) throw error;
      this.#refused(error);
    }
  }

  #refused(error) {
    // Without a key nothing was taken: it is sent when there is one.
    if (error.status === 401) return;
    const field = error.param?.replace(/^generations\[\d+\]\./, '').replace(/\[\d+\]$/, '');
    if (field && this.#problem(field, error.message)) this.#inputOf(field)?.focus();
    else $('form-problem').textContent = `${error.message} ${adviceFor(error.code)}`;
  }

  async #takeSample() {
    if (!$('prompt').value.trim()) $('prompt').value = 'A cat playing piano';
    this.#images.choose([new File([await (await fetch('studio/cat.png')).blob()], 'cat.png')]);
    $('submit').focus();
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
}

// As the app takes it: without control characters, and not too long.
const isReference = (name) => Boolean(name) && [...name].length <= MAX_REFERENCE && name.trim() && !/\p{Cc}|\p{Cs}/u.test(name);

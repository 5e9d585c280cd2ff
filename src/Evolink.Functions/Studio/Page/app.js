import { Account } from './account.js';
import * as api from './api.js';
import { Composer } from './composer.js';
import { Filter, all } from './filter.js';
import { Groups } from './groups.js';
import { Selection } from './selection.js';
import { Wall } from './wall.js';
import { adviceFor } from './words.js';

const $ = (id) => document.getElementById(id);
const TOAST = 5_000;
let toastTimer = 0;

function say(text) {
  $('toast').textContent = text;
  $('toast').classList.add('shown');
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => $('toast').classList.remove('shown'), TOAST);
}

function fail(error) {
  if (error.status === 401) return;
  say(error instanceof api.ApiError ? `${error.message} ${adviceFor(error.code)}` : 'That did not work in this browser.');
  if (!(error instanceof api.ApiError)) console.warn(error);
}

async function copy(text, what, more = '') {
  await navigator.clipboard.writeText(text);
  say(`${what} is copied. ${more}`.trim());
}

function ask(id) {
  const dialog = $(id);
  dialog.returnValue = 'no';
  dialog.showModal();
  return new Promise((answer) => {
    dialog.addEventListener('close', function closed() {
      // The event comes a moment after the dialog is closed: it may be that of the question before.
      if (dialog.open) return;
      dialog.removeEventListener('close', closed);
      answer(dialog.returnValue === 'yes');
    });
  });
}

const wall = new Wall({
  actions: {
    again: (job, request) => composer.again(job, request),
    edit: (request) => composer.edit(request),
    large: async (card) => (await import('./viewer.js')).open(card, { wall, fail }),
    picked: () => selection.show(),
    showBatch: (id) => groups.open(id),
    confirmCancel: () => ask('cancel-dialog'),
    confirmDelete: () => ask('delete-dialog'),
    copy,
    say,
    fail,
  },
  onChange() {
    $('filter').hidden = wall.isEmpty;
    composer.showEstimate();
    selection.show();
  },
});
const selection = new Selection({ wall, fail });
const filter = new Filter({
  onChange(source) {
    groups.close();
    wall.show(source);
  },
});
const groups = new Groups({
  onOpen: (source) => wall.show(source ?? all(filter.values)),
  actions: { confirmCancel: () => ask('cancel-batch-dialog'), fail },
});
// The visitor's other tabs look at once. Nothing is told but that there is something to see: they ask with keys of their own.
const tabs = new BroadcastChannel('evolink.jobs');
tabs.addEventListener('message', () => look());
const composer = new Composer({
  onAccepted(job, request) {
    tabs.postMessage('accepted');
    wall.add(job, request).root.scrollIntoView({ block: 'nearest' });
    say('Started. It goes on, also when you close this page.');
  },
  onBatch(_, count) {
    tabs.postMessage('accepted');
    look();
    say(`${count} videos are started. They go on, also when you close this page.`);
  },
});
const account = new Account({ onChange: (known) => composer.showEstimate(known) });

function look() {
  wall.look();
  groups.look();
}

function askForKey(problem = '') {
  $('key-problem').textContent = problem;
  $('change-key').hidden = false;
  if (!$('key-dialog').open) $('key-dialog').showModal();
  $('key').select();
}

async function open() {
  $('change-key').hidden = false;
  account.look();
  groups.look();
  await wall.start();
  if (api.key.get()) await composer.resume();
}

api.onRefused(() => {
  api.key.clear();
  askForKey('The app does not know this key.');
});
$('change-key').addEventListener('click', () => askForKey());
$('key-form').addEventListener('submit', (event) => {
  event.preventDefault();
  const given = $('key').value.trim().replace(/^Bearer\s+/i, '');
  if (!/^[!-~]+$/.test(given)) return askForKey('A key is visible ASCII characters, without spaces.');
  api.key.set(given);
  $('key').value = '';
  $('key-dialog').close();
  open();
});

/** Whoever sends a link must not put the visitor to work for another client unseen. Answers whether there is a new key. */
async function takeKeyFromAddress() {
  const given = api.key.takeFromAddress();
  const own = api.key.get();
  if (!given || given === own || (own && !(await ask('replace-dialog')))) return false;
  api.key.set(given);
  $('key-dialog').close();
  return true;
}

addEventListener('hashchange', async () => { if (await takeKeyFromAddress()) open(); });

await takeKeyFromAddress();
if (api.key.get()) open();
else askForKey();

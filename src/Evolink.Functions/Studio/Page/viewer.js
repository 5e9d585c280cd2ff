// One video in large, with its picture beside it: loaded when somebody asks for it. Arrows lead to the others, space plays, escape closes.
import * as api from './api.js';
import { download } from './card.js';
import { ago, costWords } from './words.js';

const $ = (id) => document.getElementById(id);
let wall = null;
let shown = null;
let fail = null;

/** Opens a card's video. */
export function open(card, on) {
  if (!wall) listen();
  ({ wall, fail } = on);
  $('viewer').showModal();
  show(card);
  $('viewer-video').focus();
}

const finished = () => wall.cards.filter((card) => card.job.status === 'completed');

async function show(card) {
  shown = card;
  const video = $('viewer-video');
  const all = finished();
  video.removeAttribute('src');
  video.ariaLabel = card.name;
  video.poster = card.picture;
  $('viewer-picture').hidden = !card.picture;
  if (card.picture) $('viewer-picture').src = card.picture;
  $('viewer-title').textContent = card.prompt ?? 'A video';
  const facts = [`${all.indexOf(card) + 1} of ${all.length}`, costWords(card.job), ago(card.job.created)];
  $('viewer-facts').textContent = facts.filter(Boolean).join(' · ');
  $('viewer-before').disabled = all[0] === card;
  $('viewer-next').disabled = all.at(-1) === card;
  try {
    await card.reveal();
    const [link] = (await api.task(card.job.id)).results;
    if (shown !== card || !$('viewer').open) return;
    video.poster = card.picture;
    $('viewer-picture').hidden = !card.picture;
    if (card.picture) $('viewer-picture').src = card.picture;
    video.src = link;
    await video.play();
  } catch (error) {
    // The next one was asked for, or it was closed, before this one played.
    if (error.name !== 'AbortError') fail(error);
  }
}

function step(by) {
  const all = finished();
  const next = all[all.indexOf(shown) + by];
  if (!next) return;
  next.root.scrollIntoView({ block: 'nearest' });
  show(next);
}

function listen() {
  const viewer = $('viewer');
  const video = $('viewer-video');
  viewer.addEventListener('close', () => {
    video.pause();
    video.removeAttribute('src');
    video.load();
    shown.root.querySelector('.large').focus();
    shown = null;
  });
  // Before the video's own controls take the arrows for seeking.
  viewer.addEventListener('keydown', (event) => {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const isButton = event.target.closest('button');
    if (by) step(by);
    else if (event.key === ' ' && !isButton) video.paused ? video.play() : video.pause();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, { capture: true });
  viewer.addEventListener('click', ({ target }) => target === viewer && viewer.close());
  $('viewer-before').addEventListener('click', () => step(-1));
  $('viewer-next').addEventListener('click', () => step(1));
  $('viewer-save').addEventListener('click', () => download(shown.job.id).catch(fail));
  $('viewer-close').addEventListener('click', () => viewer.close());
}

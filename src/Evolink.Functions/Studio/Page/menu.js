// What else can be done with a job: loaded when somebody asks for it.
import * as api from './api.js';
import { curl, csharp } from './code.js';
import { atTime, isOver } from './words.js';

const GAP = 4;

/** Opens the menu of a card at its button. `actions` are those of the wall. */
export async function open(card, button, actions) {
  const { job } = card;
  const request = card.request ?? await api.request(job.id);
  const items = [
    job.status === 'completed' && ['Copy link', async () => {
      const fresh = await api.task(job.id);
      await actions.copy(fresh.results[0], 'Link', `It works until ${atTime(new Date(fresh.expires_at))}.`);
    }],
    ['Copy id', () => actions.copy(job.id, 'The id')],
    ['Copy as curl', () => actions.copy(curl(request), 'The request', 'Put a key where it says KEY.')],
    ['Copy as C#', () => actions.copy(csharp(request), 'The request', 'Put a key where it says KEY.')],
    job.source?.batch && ['Show its batch', () => actions.showBatch(job.source.batch)],
    isOver(job) && ['Delete…', () => actions.remove(card)],
  ].filter(Boolean);
  show(items, button, actions.fail);
}

function show(items, button, fail) {
  const menu = Object.assign(document.createElement('div'), { className: 'menu', popover: 'auto', role: 'menu' });
  for (const [words, action] of items) {
    const item = Object.assign(document.createElement('button'), { type: 'button', textContent: words, role: 'menuitem' });
    item.addEventListener('click', async () => {
      menu.hidePopover();
      await Promise.resolve(action()).catch(fail);
    });
    menu.append(item);
  }
  menu.addEventListener('keydown', (event) => step(event, [...menu.children]));
  menu.addEventListener('toggle', (event) => {
    if (event.newState === 'open') return;
    if (menu.contains(document.activeElement) || document.activeElement === document.body) button.focus();
    menu.remove();
  });
  document.body.append(menu);
  menu.showPopover();
  place(menu, button.getBoundingClientRect());
  menu.firstElementChild.focus();
}

function place(menu, at) {
  const { offsetWidth: width, offsetHeight: height } = menu;
  const below = at.bottom + GAP + height <= innerHeight;
  menu.style.left = `${Math.max(GAP, at.left + width + GAP <= innerWidth ? at.left : at.right - width)}px`;
  menu.style.top = `${below ? at.bottom + GAP : Math.max(GAP, at.top - GAP - height)}px`;
}

function step(event, items) {
  const at = items.indexOf(document.activeElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: -1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items.at(next % items.length).focus();
}

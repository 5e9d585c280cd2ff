// Which jobs the wall shows: all, those that match, or those of a batch.
import * as api from './api.js';

const TYPED = 300;
const LARGEST_PAGE = 100;

const $ = (id) => document.getElementById(id);

/** The visitor's jobs, narrowed down by the API's own parameters. */
export const all = (filter) => ({
  isNarrow: Object.values(filter).some(Boolean),
  list: (page) => api.list({ ...page, ...filter }),
  head: (limit) => api.list({ ...filter, limit }),
});

/** The jobs of a batch, as far as they were started. */
export function ofBatch(id) {
  const list = async (page) => {
    const { items, next } = await api.batch(id, page);
    const data = items.length ? await api.tasks(items.map((item) => item.id)) : [];
    // The first place is 0: a number that is not to be taken for "none".
    return { data, next: next === undefined ? null : String(next) };
  };
  return { isNarrow: true, list, head: async () => ({ ...await list({ limit: LARGEST_PAGE }), isWhole: true }) };
}

/** The fields above the wall. */
export class Filter {
  #timer = 0;
  #onChange;

  constructor({ onChange }) {
    this.#onChange = onChange;
    $('filter').addEventListener('submit', (event) => event.preventDefault());
    $('search').addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#apply(), TYPED);
    });
    for (const id of ['state', 'day']) $(id).addEventListener('change', () => this.#apply());
    $('show-all').addEventListener('click', () => { this.reset(); $('search').focus(); });
  }

  /** The parameters of the API's list. */
  get values() {
    const day = $('day').value && new Date(`${$('day').value}T00:00`);
    const next = day && new Date(day.getFullYear(), day.getMonth(), day.getDate() + 1);
    const seconds = (date) => date ? String(date.getTime() / 1000) : '';
    return { q: $('search').value.trim(), status: $('state').value, created_after: seconds(day), created_before: seconds(next) };
  }

  /** Takes every filter away. */
  reset() {
    $('filter').reset();
    this.#apply();
  }

  #apply() {
    clearTimeout(this.#timer);
    this.#onChange(all(this.values));
  }
}

// The app's HTTP API, with the visitor's key. The key lives in this tab's session storage and nowhere else.
const KEY = 'evolink.key';

export class ApiError extends Error {
  constructor(status, error, retryAfter) {
    super(error.message);
    Object.assign(this, { status, code: String(error.code), param: error.param, retryAfter });
  }

  /** Whether the same request may do better later. Then nobody knows whether this one was taken. */
  get isPassing() {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500;
  }
}

export const key = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => sessionStorage.setItem(KEY, value),
  clear: () => sessionStorage.removeItem(KEY),

  /** Takes the key out of the fragment, if there is one: it never goes to a server, and leaves the address, and the history, at once. */
  takeFromAddress() {
    const given = new URLSearchParams(location.hash.slice(1)).get('key');
    if (given) history.replaceState(null, '', location.pathname + location.search);
    return given;
  },
};

let refused = () => {};

/** Calls back whenever the app does not know the key. */
export const onRefused = (callback) => { refused = callback; };

async function send(path, init = {}) {
  const used = key.get();
  if (!used) throw new ApiError(401, { code: 'unauthorized', message: 'There is no key yet.' });
  let response;
  try {
    response = await fetch(path, { ...init, cache: 'no-store', headers: { ...init.headers, Authorization: `Bearer ${used}` } });
  } catch {
    throw new ApiError(0, { code: 'unreachable', message: 'The app cannot be reached.' });
  }
  if (response.ok) return response;
  const body = await response.json().catch(() => null);
  if (response.status === 401 && used === key.get()) refused();
  throw new ApiError(
    response.status,
    body?.error ?? { code: `http_${response.status}`, message: `The app answered ${response.status}.` },
    Number(response.headers.get('Retry-After')) || undefined);
}

const json = async (path, init) => (await send(path, init)).json();

const query = (values) => new URLSearchParams(Object.entries(values).filter(([, value]) => value)).toString();

/** A page of the visitor's jobs; `filter` has the names of the API's parameters. */
export const list = ({ after, limit, ...filter }) => json(`v1/tasks?${query({ limit, after, ...filter })}`);

export const tasks = async (ids) => (await json(`v1/tasks?ids=${ids.join()}`)).data;

export const task = (id, { save = false } = {}) => json(`v1/tasks/${id}${save ? '?disposition=attachment' : ''}`);

export const request = (id) => json(`v1/tasks/${id}/request`);

export const cancel = (id) => json(`v1/tasks/${id}/cancel`, { method: 'POST' });

export const remove = (id) => json(`v1/tasks/${id}`, { method: 'DELETE' });

export const account = () => json('v1/account');

export const batches = (limit) => json(`v1/batches?${query({ limit })}`);

export const batch = (id, { after, limit }) => json(`v1/batches/${id}?${query({ limit, after })}`);

export const cancelBatch = (id) => json(`v1/batches/${id}/cancel`, { method: 'POST' });

export const upload = async (blob) => (await json('v1/images', { method: 'POST', body: blob })).url;

export const image = async (hash) => (await send(`v1/images/${hash}`)).blob();

const post = (path) => (body, idempotencyKey) => json(path, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'Idempotency-Key': idempotencyKey },
  body: JSON.stringify(body),
});

export const generate = post('v1/videos/generations');

export const startBatch = post('v1/batches');

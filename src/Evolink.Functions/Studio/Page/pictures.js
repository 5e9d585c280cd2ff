// Small copies of images. An <img> cannot send the key, so the image is fetched with it and shown from memory.
import * as api from './api.js';

const WIDTH = 640;
const AT_ONCE = 4;
const known = new Map();
const waiting = [];
let running = 0;

/** The SHA-256 in a link to one of the app's own images; null for every other link. */
export const hashOf = (url) => /\/v1\/images\/([0-9a-f]{64})$/.exec(url ?? '')?.[1] ?? null;

/** Address of a small copy; null where there is none, or where the image is not the app's own: no other host is asked. */
export function picture(url) {
  const hash = hashOf(url);
  if (!hash) return Promise.resolve(null);
  if (!known.has(hash)) known.set(hash, inTurn(async () => shrink(await api.image(hash))).catch(() => { known.delete(hash); return null; }));
  return known.get(hash);
}

/** Remembers the image that the visitor just chose. */
export const remember = (url, address) => known.set(hashOf(url), Promise.resolve(address));

export async function shrink(blob) {
  const image = await createImageBitmap(blob);
  const scale = Math.min(1, WIDTH / image.width);
  const canvas = new OffscreenCanvas(Math.max(1, Math.round(image.width * scale)), Math.max(1, Math.round(image.height * scale)));
  canvas.getContext('2d').drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return URL.createObjectURL(await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.82 }));
}

async function inTurn(work) {
  if (running >= AT_ONCE) await new Promise((turn) => waiting.push(turn));
  running++;
  try {
    return await work();
  } finally {
    running--;
    waiting.shift()?.();
  }
}

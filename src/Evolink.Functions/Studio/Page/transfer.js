// What somebody dropped or pasted: files, those of a folder too, or the address of an image on another page.
const IMAGE = /\.(jpe?g|png|bmp|webp|gif|avif|heic|heif|tiff?)$/i;

/** Whether something was dragged that may be an image. */
export const mayHold = (transfer) => Boolean(transfer) && ['Files', 'text/uri-list'].some((type) => transfer.types.includes(type));

/** Whether a file may be an image, by its name or type. */
export const isImage = (file) => file.type.startsWith('image/') || IMAGE.test(file.name);

/** The files, and where there are none the links. */
export async function contents(transfer) {
  // All of it is read before the first wait: afterwards the browser has emptied it.
  const items = [...transfer.items].filter((item) => item.kind === 'file')
    .map((item) => item.webkitGetAsEntry?.() ?? item.getAsFile());
  const html = transfer.getData('text/html');
  const [line] = transfer.getData('text/uri-list').split(/\r?\n/).filter((text) => text && !text.startsWith('#'));
  const text = transfer.getData('text/plain').trim();
  const files = (await Promise.all(items.filter(Boolean).map(filesOf))).flat();
  if (files.length) return { files, links: [] };
  const address = sourceIn(html) ?? line ?? text;
  if (/^data:image\//.test(address)) return { files: [fromData(address)].filter(Boolean), links: [] };
  return { files: [], links: /^https?:\/\/\S+$/.test(address) ? [address] : [] };
}

async function filesOf(entry) {
  if (entry instanceof File) return [entry];
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const found = [];
  // A folder is read in parts, until an empty one.
  for (let part; (part = await new Promise((done, failed) => reader.readEntries(done, failed))).length;) found.push(...part);
  const files = (await Promise.all(found.map(filesOf))).flat();
  return files.filter(isImage).sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

// By hand: the page's policy lets nothing parse markup.
function sourceIn(html) {
  const address = /<img\b[^>]*?\ssrc\s*=\s*(?:"([^"]*)"|'([^']*)')/i.exec(html);
  return address ? (address[1] ?? address[2]).replaceAll('&amp;', '&') : undefined;
}

function fromData(address) {
  const [, type, base64] = /^data:(image\/[\w.+-]+);base64,(.*)$/s.exec(address) ?? [];
  if (!base64) return null;
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  return new File([bytes], `image.${type.slice(6)}`, { type });
}

// Makes pictures fit what Evolink takes, in this browser: scaled down, flattened onto white, turned into a JPEG.
// The app alone judges what comes out.
const MAX_BYTES = 10 * 1024 * 1024;
const MIN_SIDE = 360;
const MAX_SIDE = 2000;
const QUALITIES = [0.92, 0.8, 0.6];

/** What is sent for a chosen file, and in words what was changed of it; the file itself where nothing was. */
export async function fit(file) {
  const kind = await kindOf(file);
  const image = await createImageBitmap(file).catch(() => null);
  // What this browser cannot read is judged by the app.
  if (!image) return { blob: file, note: '' };
  try {
    const { width, height } = image;
    const scale = Math.min(1, MAX_SIDE / Math.max(width, height));
    const isTransparent = kind === 'png' && await hasTransparency(file);
    const isFine = scale === 1 && file.size <= MAX_BYTES && kind && !isTransparent;
    if (isFine || Math.min(width, height) * scale < MIN_SIDE) return { blob: file, note: '' };
    const [wide, high] = [width, height].map((side) => Math.round(side * scale));
    const blob = await draw(image, wide, high);
    const changes = [
      scale < 1 && `scaled from ${width} × ${height} to ${wide} × ${high} pixels`,
      isTransparent && 'put on white where it was transparent',
      (!kind || file.size > MAX_BYTES) && 'saved as a JPEG',
    ].filter(Boolean);
    return { blob, note: `${file.name || 'The image'} was ${changes.join(' and ')}.` };
  } finally {
    image.close();
  }
}

async function draw(image, width, height) {
  const canvas = new OffscreenCanvas(width, height);
  const drawing = canvas.getContext('2d');
  drawing.fillStyle = '#fff';
  drawing.fillRect(0, 0, width, height);
  drawing.imageSmoothingQuality = 'high';
  drawing.drawImage(image, 0, 0, width, height);
  let blob;
  for (const quality of QUALITIES) {
    blob = await canvas.convertToBlob({ type: 'image/jpeg', quality });
    if (blob.size <= MAX_BYTES) break;
  }
  return blob;
}

// By its first bytes; empty for what Evolink does not take.
async function kindOf(file) {
  const head = new Uint8Array(await file.slice(0, 12).arrayBuffer());
  const text = String.fromCharCode(...head);
  if (head[0] === 0xff && head[1] === 0xd8) return 'jpeg';
  if (text.startsWith('\x89PNG')) return 'png';
  if (text.startsWith('BM')) return 'bmp';
  return text.startsWith('RIFF') && text.endsWith('WEBP') ? 'webp' : '';
}

// PNG: a colour type with alpha, or a tRNS chunk before the first IDAT that holds something.
async function hasTransparency(file) {
  const bytes = new DataView(await file.arrayBuffer());
  if (bytes.byteLength < 33 || bytes.getUint8(25) & 4) return bytes.byteLength >= 33;
  for (let at = 8; at + 12 <= bytes.byteLength; at += 12 + bytes.getUint32(at)) {
    const type = String.fromCharCode(...[4, 5, 6, 7].map((i) => bytes.getUint8(at + i)));
    if (type === 'IDAT') return false;
    if (type === 'tRNS' && bytes.getUint32(at) > 0) return true;
  }
  return false;
}

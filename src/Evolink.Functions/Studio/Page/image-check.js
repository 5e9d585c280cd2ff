// Whether Evolink will take an image: the rules, and the words, of ImageCheck in the app. Only headers are read.
const MAX_BYTES = 10 * 1024 * 1024;
const MIN_SIDE = 360;
const MAX_SIDE = 2000;

const grouped = (number) => number.toLocaleString('en-US');
const starts = (bytes, ...head) => head.every((byte, i) => bytes[i] === byte);
const text = (view, at, length) => String.fromCharCode(...new Uint8Array(view.buffer, view.byteOffset + at, length));

function kindOf(bytes) {
  if (starts(bytes, 0xff, 0xd8, 0xff)) return 'jpeg';
  if (starts(bytes, 0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)) return 'png';
  if (starts(bytes, 0x42, 0x4d)) return 'bmp';
  if (starts(bytes, 0x52, 0x49, 0x46, 0x46) && bytes.length >= 12 && starts(bytes.subarray(8), 0x57, 0x45, 0x42, 0x50)) return 'webp';
  return null;
}

// A DataView throws where the file ends before what it promises: that is how damage shows.
const read = {
  png(view) {
    let header = null;
    let transparent = false;
    for (let at = 8; ;) {
      const length = view.getUint32(at);
      const type = text(view, at + 4, 4);
      view.getUint8(at + 11 + length);
      if (type === 'IHDR') {
        header = { width: view.getInt32(at + 8), height: view.getInt32(at + 12) };
        const color = view.getUint8(at + 17);
        transparent ||= color === 4 || color === 6;
      } else if (type === 'tRNS') {
        transparent = true;
      } else if (type === 'IEND') {
        return header && { ...header, transparent };
      }
      at += 12 + length;
    }
  },

  jpeg(view) {
    for (let at = 2; ;) {
      // Markers may be preceded by any number of fill bytes.
      while (view.getUint8(at) !== 0xff) at++;
      while (view.getUint8(at) === 0xff) at++;
      const marker = view.getUint8(at++);
      if (marker === 0xda || marker === 0xd9) return null;
      const length = view.getUint16(at);
      view.getUint8(at + length - 1);
      const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
      if (isFrame) return { height: view.getUint16(at + 3), width: view.getUint16(at + 5) };
      at += length;
    }
  },

  bmp(view) {
    const headerSize = view.getInt32(14, true);
    return headerSize === 12
      ? { width: view.getInt16(18, true), height: Math.abs(view.getInt16(20, true)) }
      // A negative height means that the rows go from top to bottom.
      : { width: view.getInt32(18, true), height: Math.abs(view.getInt32(22, true)) };
  },

  webp(view) {
    const end = 8 + view.getUint32(4, true);
    for (let at = 12; at < end;) {
      const type = text(view, at, 4);
      const length = view.getUint32(at + 4, true);
      const data = at + 8;
      const uint24 = (position) => view.getUint16(position, true) | (view.getUint8(position + 2) << 16);
      if (type === 'VP8X') return { width: 1 + uint24(data + 4), height: 1 + uint24(data + 7) };
      if (type === 'VP8 ') return { width: view.getUint16(data + 6, true) & 0x3fff, height: view.getUint16(data + 8, true) & 0x3fff };
      if (type === 'VP8L') {
        const bits = view.getUint32(data + 1, true);
        return { width: 1 + (bits & 0x3fff), height: 1 + ((bits >>> 14) & 0x3fff) };
      }
      at = data + length + (length & 1);
    }
    return null;
  },
};

/** Why an image cannot be used, in words; null where it can. */
export function problemOf(bytes) {
  if (bytes.length === 0) return 'The image is empty.';
  if (bytes.length > MAX_BYTES) return `The image has ${grouped(bytes.length)} bytes; at most ${grouped(MAX_BYTES)} (10 MB) are allowed.`;
  const kind = kindOf(bytes);
  if (!kind) return 'The file is no jpeg, png, bmp or webp image, whatever its name or content type says.';
  let header;
  try {
    header = read[kind](new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  } catch {
    return `The ${kind} image is damaged: its header cannot be read.`;
  }
  if (!header) return `The ${kind} image has no readable header.`;
  if (header.transparent) return `The ${kind} image has a transparent channel, which Evolink does not take. Flatten it onto a background.`;
  const fits = (side) => side >= MIN_SIDE && side <= MAX_SIDE;
  return fits(header.width) && fits(header.height)
    ? null
    : `The image is ${header.width} x ${header.height} pixels; each side must have ${MIN_SIDE} to ${MAX_SIDE}.`;
}

/** The same for a file: what is too large is not read. */
export const problemOfFile = async (file) =>
  file.size > MAX_BYTES
    ? `The image has ${grouped(file.size)} bytes; at most ${grouped(MAX_BYTES)} (10 MB) are allowed.`
    : problemOf(new Uint8Array(await file.arrayBuffer()));

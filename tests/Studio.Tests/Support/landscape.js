// A picture for screenshots: sky, sun and hills in the given hue, as a base64 JPEG of 16 x 9, of the given width.
async ([hue, seed, width]) => {
  const canvas = new OffscreenCanvas(width, width * 9 / 16);
  const draw = canvas.getContext('2d');
  draw.scale(width / 1280, width / 1280);
  const fill = (style, path) => { draw.fillStyle = style; draw.beginPath(); path(); draw.fill(); };
  const sky = draw.createLinearGradient(0, 0, 0, 720);
  sky.addColorStop(0, `hsl(${hue + 25} 62% 48%)`);
  sky.addColorStop(0.65, `hsl(${hue} 84% 80%)`);
  fill(sky, () => draw.rect(0, 0, 1280, 720));
  const x = 250 + seed * 157 % 800;
  const glow = draw.createRadialGradient(x, 330, 10, x, 330, 420);
  glow.addColorStop(0, 'rgb(255 246 220 / .9)');
  glow.addColorStop(1, 'rgb(255 246 220 / 0)');
  fill(glow, () => draw.rect(0, 0, 1280, 720));
  fill('#fff6e0', () => draw.arc(x, 330, 62, 0, 7));
  for (let hill = 0; hill < 5; hill++) {
    fill(`hsl(${hue + 8 - hill * 9} ${26 + hill * 6}% ${58 - hill * 11}%)`, () => {
      draw.moveTo(0, 720);
      for (let at = 0; at <= 1280; at += 8) draw.lineTo(at, 400 + hill * 62 - Math.sin(at / (210 - hill * 22) + seed * 1.7 + hill * 2) * (58 - hill * 7) - Math.sin(at / 71 + seed + hill) * 13);
      draw.lineTo(1280, 720);
    });
  }
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/jpeg', quality: 0.9 })).arrayBuffer());
  let text = '';
  for (let i = 0; i < bytes.length; i += 8192) text += String.fromCharCode(...bytes.subarray(i, i + 8192));
  return btoa(text);
}

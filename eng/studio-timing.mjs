// How long the studio takes to be usable, and what its first load transfers: node --experimental-websocket eng/studio-timing.mjs LINK [VISITS]
// Needs Chromium (in the path, or named by CHROMIUM); LINK is what `serve` prints. Each visit has an empty cache, in a tab that has been at the app before.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const [link, visits = '11'] = process.argv.slice(2);
const profile = mkdtempSync(join(tmpdir(), 'studio-timing-'));
const browser = spawn(process.env.CHROMIUM ?? 'chromium', ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', `--user-data-dir=${profile}`, 'about:blank']);
const endpoint = await new Promise((found) => {
  let text = '';
  browser.stderr.on('data', (data) => {
    text += data;
    const match = /ws:\/\/\S+/.exec(text);
    if (match) found(match[0]);
  });
});

const socket = new WebSocket(endpoint);
await new Promise((opened) => socket.addEventListener('open', opened, { once: true }));
const waiting = new Map();
const loaded = new Map();
let next = 0;
socket.addEventListener('message', ({ data }) => {
  const message = JSON.parse(data);
  if (message.id) waiting.get(message.id)(message.result);
  else if (message.method === 'Page.loadEventFired') loaded.get(message.sessionId)?.();
});
const send = (method, params = {}, sessionId = undefined) => new Promise((answer) => {
  waiting.set(++next, answer);
  socket.send(JSON.stringify({ id: next, method, params, sessionId }));
});

async function visitPage(url, sessionId) {
  const load = new Promise((done) => loaded.set(sessionId, done));
  await send('Page.navigate', { url }, sessionId);
  await load;
}

// Modules run, and listeners are there, before DOMContentLoaded has been handled: from then on a key or a drop does something.
const measure = `(() => {
  const [page] = performance.getEntriesByType('navigation');
  const all = [page, ...performance.getEntriesByType('resource').filter((entry) => !entry.name.includes('/v1/'))];
  const paint = performance.getEntriesByName('first-contentful-paint')[0];
  return { interactive: page.domContentLoadedEventEnd, painted: paint?.startTime ?? 0, kilobytes: all.reduce((sum, entry) => sum + entry.transferSize, 0) / 1024 };
})()`;

const samples = [];
for (let visit = 0; visit < Number(visits); visit++) {
  const { browserContextId } = await send('Target.createBrowserContext');
  const { targetId } = await send('Target.createTarget', { url: 'about:blank', browserContextId });
  const { sessionId } = await send('Target.attachToTarget', { targetId, flatten: true });
  await send('Page.enable', {}, sessionId);
  // The first page of an origin starts a process of the browser's; that is its time, not the studio's.
  await visitPage(new URL('/healthz/live', link).href, sessionId);
  await visitPage(link, sessionId);
  await new Promise((later) => setTimeout(later, 300));
  const { result } = await send('Runtime.evaluate', { expression: measure, returnByValue: true }, sessionId);
  samples.push(result.value);
  await send('Target.disposeBrowserContext', { browserContextId });
}

const median = (name) => samples.map((sample) => sample[name]).sort((a, b) => a - b)[Math.floor(samples.length / 2)];
console.log(JSON.stringify({ visits: samples.length, interactive_ms: Math.round(median('interactive')), slowest_ms: Math.round(Math.max(...samples.map((sample) => sample.interactive))), painted_ms: Math.round(median('painted')), transferred_kib: Math.round(median('kilobytes') * 10) / 10 }));
socket.close();
browser.once('exit', () => rmSync(profile, { recursive: true, force: true }));
browser.kill();

// Runs Azurite's blob, queue and table services for Evolink.LocalHost, in one process that cannot outlive the one that started it:
// it ends when its standard input closes, which the operating system sees to even when the parent is killed.
//
//   node run.mjs [--azurite FOLDER] [--location FOLDER] [--blob-port N] [--queue-port N] [--table-port N] [--cert FILE --key FILE]
//
// With a certificate it speaks https, and takes bearer tokens (whose signature it does not check) beside the account's key.
// Without --location everything is kept in memory. Port 0 means the ports of the last run on that folder if they are
// free, else any. When all listen, one line of JSON is written: {"blob":PORT,"queue":PORT,"table":PORT}.
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect, createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const HOST = '127.0.0.1';
const DRAIN_MS = 10_000;
const SAVE_EVERY_MS = 200;

const fail = (code, message) => {
  console.error(JSON.stringify({ code, message }));
  process.exit(1);
};

if (Number(process.versions.node.split('.')[0]) < 20) fail('node_too_old', process.versions.node);

const { values: options } = parseArgs({
  options: {
    azurite: { type: 'string' },
    location: { type: 'string' },
    'blob-port': { type: 'string', default: '0' },
    'queue-port': { type: 'string', default: '0' },
    'table-port': { type: 'string', default: '0' },
    cert: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
  },
});
const location = options.location && resolve(options.location);

// Ctrl-C reaches the whole process group; the parent decides when storage may go.
process.on('SIGINT', () => {}).on('SIGHUP', () => {});
const parentGone = new Promise((gone) => process.stdin.on('end', gone).on('error', gone).on('close', gone).resume());

const KINDS = ['blob', 'queue', 'table'];
const azurite = loadAzurite();
const previous = location ? await takeOver() : {};
const { servers, ports } = await startServers(previous);
if (location) freeMessages(servers[1].metadataStore.db);
const stopSaving = location ? keepSaving(servers) : () => {};
process.stdout.write(`${JSON.stringify(ports)}\n`);

process.on('SIGTERM', stop);
parentGone.then(stop);

async function stop() {
  stopSaving();
  setTimeout(() => process.exit(1), DRAIN_MS).unref();
  await Promise.allSettled(servers.map((server) => server.close()));
  process.exit(0);
}

function loadAzurite() {
  const root = options.azurite ? join(resolve(options.azurite), 'package.json') : import.meta.url;
  const require = createRequire(root);
  const load = (module) => require(`azurite/dist/src/${module}.js`);
  try {
    // Telemetry off for good: its module, and the 3,000 that it would load, never enter the process.
    const telemetry = require.resolve('azurite/dist/src/common/Telemetry.js');
    require.cache[telemetry] = { id: telemetry, filename: telemetry, loaded: true, exports: { AzuriteTelemetryClient: { TraceRequest() {} } } };
    return Object.fromEntries(['Blob', 'Queue', 'Table'].map((name) => [name, {
      Server: load(`${name.toLowerCase()}/${name}Server`).default,
      Configuration: load(`${name.toLowerCase()}/${name}Configuration`).default,
    }]));
  } catch (error) {
    return fail('not_installed', String(error.message));
  }
}

function createServers(ports) {
  const inMemory = !location;
  const at = (name) => join(location ?? '.', name);
  const access = [false, /* skipApiVersionCheck */ true, options.cert, options.key, '', options.cert ? 'basic' : undefined, false, inMemory];
  const stored = (kind) => new azurite[kind].Server(new azurite[kind].Configuration(
    HOST, ports[kind.toLowerCase()] ?? 0, 0, at(`__azurite_db_${kind.toLowerCase()}__.json`), at(`__azurite_db_${kind.toLowerCase()}_extent__.json`),
    [{ locationId: 'Default', locationPath: at(`__${kind.toLowerCase()}storage__`), maxConcurrency: 50 }], false, undefined, false, undefined, ...access));
  const tables = new azurite.Table.Server(new azurite.Table.Configuration(
    HOST, ports.table ?? 0, 0, at('__azurite_db_table__.json'), false, false, undefined, undefined, ...access));
  return [stored('Blob'), stored('Queue'), tables];
}

async function startServers(previous) {
  const asked = Object.fromEntries(KINDS.map((kind) => [kind, Number(options[`${kind}-port`])]));
  const wanted = Object.fromEntries(KINDS.map((kind) => [kind, asked[kind] || previous[kind]]));
  let servers = createServers(wanted);
  try {
    await startAll(servers);
  } catch (error) {
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return fail('start_failed', String(error.message));
    if (KINDS.some((kind) => asked[kind])) return fail('port_in_use', String(error.port ?? asked));
    servers = createServers({});
    await startAll(servers).catch((second) => fail('start_failed', String(second.message)));
  }
  const ports = Object.fromEntries(servers.map((server, i) => [KINDS[i], server.httpServer.address().port]));
  if (location) writeFileSync(ownerFile(), JSON.stringify({ ...previous.owner, ...ports }));
  return { servers, ports };
}

async function startAll(servers) {
  const results = await Promise.allSettled(servers.map((server) => server.start()));
  const failed = results.find((result) => result.status === 'rejected');
  if (!failed) return;
  await Promise.allSettled(servers.filter((_, i) => results[i].status === 'fulfilled').map((server) => server.close()));
  throw failed.reason;
}

// A message that was taken from its queue is hidden for a minute or more from everybody but its reader. Its reader ended with the last run: what it
// held is there for the next one at once. Messages that nobody has taken yet, such as those of timers, come when they are due.
function freeMessages(database) {
  const now = Date.now();
  const messages = database.getCollection('$MESSAGES_COLLECTION$');
  messages?.updateWhere((message) => message.dequeueCount > 0 && message.timeNextVisible > now, (message) => ({ ...message, timeNextVisible: now }));
}

function ownerFile() {
  return join(location, 'owner.json');
}

// Two Azurites on one folder destroy each other's files, and one whose parent was killed may still be writing its own. The
// owner holds a listening socket that answers with its name, and dies with it: a leftover file alone locks nobody out.
async function takeOver() {
  mkdirSync(location, { recursive: true });
  const last = readOwner();
  for (const until = performance.now() + DRAIN_MS; last.name && (await isAlive(last)); ) {
    if (performance.now() > until) return fail('folder_in_use', location);
    await new Promise((next) => setTimeout(next, 20));
  }
  const name = randomUUID();
  const door = createServer((socket) => socket.on('error', () => {}).end(name));
  await new Promise((listening) => door.listen(0, HOST, listening));
  const owner = { name, door: door.address().port };
  const ports = Object.fromEntries(KINDS.map((kind) => [kind, last[kind]]));
  writeFileSync(ownerFile(), JSON.stringify({ ...owner, ...ports }));
  return { ...ports, owner };
}

function readOwner() {
  try {
    return existsSync(ownerFile()) ? JSON.parse(readFileSync(ownerFile(), 'utf8')) : {};
  } catch {
    return {}; // cut short by a crash: whoever wrote it is gone, or never got as far as opening its files
  }
}

function isAlive({ name, door }) {
  return new Promise((answer) => {
    let said = '';
    connect(door, HOST).setTimeout(1000, function () { this.destroy(); })
      .on('data', (data) => { said += data; })
      .on('error', () => {})
      .on('close', () => answer(said === name));
  });
}

// Azurite writes its index every five seconds; a crash of this process in between would lose blobs that it has
// already acknowledged. Saved here as often as costs a tenth of the time at most, extents before what refers to them.
function keepSaving(servers) {
  const databases = servers.flatMap((server) => [server.extentMetadataStore?.db, server.metadataStore.db].filter(Boolean));
  databases.forEach((db) => db.autosaveDisable());
  let timer;
  const save = async () => {
    const started = performance.now();
    for (const db of databases) {
      if (db.autosaveDirty()) await new Promise((done) => db.saveDatabase(done));
    }
    timer = setTimeout(save, Math.max(SAVE_EVERY_MS, 10 * (performance.now() - started)));
  };
  timer = setTimeout(save, SAVE_EVERY_MS);
  return () => clearTimeout(timer);
}

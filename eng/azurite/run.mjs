// Runs Azurite's blob and queue services for Evolink.LocalHost, in one process that cannot outlive the one that started it:
// it ends when its standard input closes, which the operating system sees to even when the parent is killed.
//
//   node run.mjs [--azurite FOLDER] [--location FOLDER] [--blob-port N] [--queue-port N] [--cert FILE --key FILE]
//
// With a certificate it speaks https, and takes bearer tokens (whose signature it does not check) beside the account's key.
// Without --location everything is kept in memory. Port 0 means the ports of the last run on that folder if they are
// free, else any. When both services listen, one line of JSON is written: {"blob":PORT,"queue":PORT}.
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
    cert: { type: 'string', default: '' },
    key: { type: 'string', default: '' },
  },
});
const location = options.location && resolve(options.location);

// Ctrl-C reaches the whole process group; the parent decides when storage may go.
process.on('SIGINT', () => {}).on('SIGHUP', () => {});
const parentGone = new Promise((gone) => process.stdin.on('end', gone).on('error', gone).on('close', gone).resume());

const { BlobServer, BlobConfiguration, QueueServer, QueueConfiguration } = loadAzurite();
const previous = location ? await takeOver() : {};
const { servers, ports } = await startServers(previous);
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
    return {
      BlobServer: load('blob/BlobServer').default,
      BlobConfiguration: load('blob/BlobConfiguration').default,
      QueueServer: load('queue/QueueServer').default,
      QueueConfiguration: load('queue/QueueConfiguration').default,
    };
  } catch (error) {
    return fail('not_installed', String(error.message));
  }
}

function createServers(ports) {
  const inMemory = !location;
  const at = (name) => join(location ?? '.', name);
  const configure = (Configuration, kind, port) => new Configuration(
    HOST, port, 0, at(`__azurite_db_${kind}__.json`), at(`__azurite_db_${kind}_extent__.json`),
    [{ locationId: 'Default', locationPath: at(`__${kind}storage__`), maxConcurrency: 50 }],
    false, undefined, false, undefined, false, /* skipApiVersionCheck */ true, options.cert, options.key, '', options.cert ? 'basic' : undefined, false, inMemory);
  return [
    new BlobServer(configure(BlobConfiguration, 'blob', ports.blob ?? 0)),
    new QueueServer(configure(QueueConfiguration, 'queue', ports.queue ?? 0)),
  ];
}

async function startServers(previous) {
  const wanted = { blob: Number(options['blob-port']) || previous.blob, queue: Number(options['queue-port']) || previous.queue };
  let servers = createServers(wanted);
  try {
    await startAll(servers);
  } catch (error) {
    const asked = Number(options['blob-port']) || Number(options['queue-port']);
    if (error.code !== 'EADDRINUSE' && error.code !== 'EACCES') return fail('start_failed', String(error.message));
    if (asked) return fail('port_in_use', String(error.port ?? asked));
    servers = createServers({});
    await startAll(servers).catch((second) => fail('start_failed', String(second.message)));
  }
  const [blob, queue] = servers.map((server) => server.httpServer.address().port);
  const ports = { blob, queue };
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
  writeFileSync(ownerFile(), JSON.stringify({ ...owner, blob: last.blob, queue: last.queue }));
  return { blob: last.blob, queue: last.queue, owner };
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
  const databases = servers.flatMap((server) => [server.extentMetadataStore.db, server.metadataStore.db]);
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

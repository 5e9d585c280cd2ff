// The command line of the MCP inspector: node inspector.mjs ENDPOINT KEY IMAGE ID. IMAGE is a link, for a whole image is longer than an argument may be. Prints what it saw as JSON.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { runAll } from './tools.mjs';

const [endpoint, key, image, id] = process.argv.slice(2);
const cli = fileURLToPath(new URL('node_modules/@modelcontextprotocol/inspector/cli/build/cli.js', import.meta.url));

function inspect(...args) {
  const run = spawnSync(process.execPath, [cli, '--cli', endpoint, '--transport', 'http', '--header', `Authorization: Bearer ${key}`, ...args], { encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`The inspector ended with ${run.status}: ${run.stderr}`);
  return JSON.parse(run.stdout);
}

const seen = await runAll(
  async () => inspect('--method', 'tools/list').tools,
  async (name, args) => inspect(
    '--method', 'tools/call', '--tool-name', name,
    ...Object.entries(args).flatMap(([argument, value]) => ['--tool-arg', `${argument}=${typeof value === 'string' ? value : JSON.stringify(value)}`])),
  { url: image },
  id);
console.log(JSON.stringify(seen));

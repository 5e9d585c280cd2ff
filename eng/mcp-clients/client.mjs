// The official TypeScript clients: node client.mjs ENDPOINT KEY IMAGE ID PROTOCOL. Prints what they saw as JSON.
import { readFileSync } from 'node:fs';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import * as next from '@modelcontextprotocol/client';
import { runAll } from './tools.mjs';

const [endpoint, key, image, id, protocol] = process.argv.slice(2);
const me = { name: 'evolink-tests', version: '1.0.0' };
const web = { requestInit: { headers: { Authorization: `Bearer ${key}` } } };

// Version 1 of the SDK knows the protocol up to 2025-11-25, version 2 what came after.
const isNext = protocol > '2025-11-25';
const client = isNext ? new next.Client(me, { versionNegotiation: { mode: { pin: protocol } } }) : new Client(me);
const transport = isNext ? new next.StreamableHTTPClientTransport(new URL(endpoint), web) : new StreamableHTTPClientTransport(new URL(endpoint), web);
await client.connect(transport);
const seen = await runAll(
  async () => (await client.listTools()).tools,
  (name, args) => client.callTool({ name, arguments: args }),
  { data: readFileSync(image).toString('base64') },
  id);
const negotiated = isNext ? client.getNegotiatedProtocolVersion() : transport.protocolVersion;
console.log(JSON.stringify({ ...seen, protocol: negotiated, server: client.getServerVersion(), instructions: client.getInstructions() }));
await client.close();

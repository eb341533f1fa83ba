import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { test } from 'node:test';
import type { AddressInfo } from 'node:net';
import { startWebServer } from '../../src/webserver/web-server.ts';
import { startHttpServer } from '../support/http-server.ts';

const NEVER = new AbortController().signal;

/** A command whose shell starts a program in Node. */
function program(source: string): string {
  return `"${process.execPath}" -e ${JSON.stringify(source)}; true`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('is ready when its URL answers, and gone with all that its shell started, when disposed', async () => {
  const port = await freePort();
  const source = `require('http').createServer((q, r) => r.end(process.env.WHO + process.pid)).listen(${port}, '127.0.0.1')`;
  const url = `http://127.0.0.1:${port}/`;
  const server = await startWebServer(
    { command: program(source), url, env: { WHO: 'it ' }, timeoutMs: 60_000, reuseExistingServer: false },
    '.',
    NEVER,
  );
  const [, pid] = /^it (\d+)$/.exec(await (await fetch(url)).text()) ?? [];
  await server[Symbol.asyncDispose]();
  assert.throws(() => process.kill(Number(pid), 0), { code: 'ESRCH' });
});

test('a command that ends is told with what it printed', async () => {
  const url = `http://127.0.0.1:${await freePort()}/`;
  const starting = startWebServer(
    { command: 'echo no such port; exit 3', url, timeoutMs: 60_000, reuseExistingServer: false },
    '.',
    NEVER,
  );
  await assert.rejects(starting, {
    code: 'webserver.not-ready',
    answer: 'refuse',
    message: /ended with 3 before http/,
    hint: 'the server printed: no such port',
  });
});

test('a URL that answers already is a mistake, unless it is to be used', async () => {
  await using other = await startHttpServer((_request, response) => response.end('other'));
  const options = { command: 'exit 1', url: other.url, timeoutMs: 60_000 };
  await assert.rejects(startWebServer({ ...options, reuseExistingServer: false }, '.', NEVER), {
    code: 'webserver.taken',
  });
  const used = await startWebServer({ ...options, reuseExistingServer: true }, '.', NEVER);
  await used[Symbol.asyncDispose]();
  assert.equal(await (await fetch(other.url)).text(), 'other');
});

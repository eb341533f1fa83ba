import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import { BidiClient } from '../../src/wire/bidi-client.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { startHttpServer } from '../support/http-server.ts';

const LIMITS = { deadlineMs: 10_000 };

interface BidiServer extends AsyncDisposable {
  readonly url: string;
  readonly authorizations: (string | undefined)[];
}

async function startBidiServer(
  onCommand: (command: { id: number; method: string }, socket: WebSocket) => void,
): Promise<BidiServer> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const authorizations: (string | undefined)[] = [];
  server.on('connection', (socket, request) => {
    authorizations.push(request.headers.authorization);
    socket.on('message', (data) => onCommand(JSON.parse(String(data)) as { id: number; method: string }, socket));
  });
  return {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/session/1`,
    authorizations,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

function coded(code: string) {
  return (error: unknown): boolean =>
    error instanceof WireError && error.wireCode === code && !error.message.includes('s3cret');
}

test('replies find their commands in any order, and credentials go into a header', async () => {
  const waiting: { id: number; method: string }[] = [];
  await using server = await startBidiServer((command, socket) => {
    waiting.push(command);
    if (waiting.length < 2) return;
    for (const { id, method } of waiting.reverse())
      socket.send(JSON.stringify({ type: 'success', id, result: { method } }));
  });
  const client = await BidiClient.connect(server.url.replace('//', '//bob:s3cret@'), LIMITS);
  const answers = await Promise.all([client.command('a', {}, LIMITS), client.command('b', {}, LIMITS)]);
  client.close();
  assert.deepEqual(answers, [{ method: 'a' }, { method: 'b' }]);
  assert.deepEqual(server.authorizations, [`Basic ${btoa('bob:s3cret')}`]);
});

test('an error, an end of the connection, a deadline and a signal each reject', async () => {
  await using server = await startBidiServer(({ id, method }, socket) => {
    if (method === 'fail') socket.send(JSON.stringify({ type: 'error', id, error: 'no such frame', message: 'gone' }));
    if (method === 'end') socket.terminate();
  });
  const client = await BidiClient.connect(server.url.replace('//', '//bob:s3cret@'), LIMITS);
  await assert.rejects(client.command('fail', {}, LIMITS), coded('no such frame'));
  await assert.rejects(client.command('wait', {}, { deadlineMs: 20 }), coded('deadline'));
  await assert.rejects(client.command('wait', {}, { ...LIMITS, signal: AbortSignal.abort() }), coded('aborted'));
  const pending = client.command('wait', {}, LIMITS);
  const ending = client.command('end', {}, LIMITS);
  await Promise.all([assert.rejects(pending, coded('ECONNRESET')), assert.rejects(ending, coded('ECONNRESET'))]);
  await assert.rejects(client.command('late', {}, LIMITS), coded('ECONNRESET'));
});

test('a connection that fails is reported in time', async () => {
  const silent = await startHttpServer(() => {});
  // The server does not close a connection that was upgraded.
  silent.server.on('upgrade', (_request, socket) =>
    socket
      .on('error', () => {})
      .on('end', () => socket.destroy())
      .resume(),
  );
  const url = silent.url.replace('http:', 'ws:').replace('//', '//bob:s3cret@');
  await assert.rejects(BidiClient.connect(url, { deadlineMs: 30 }), coded('deadline'));
  await silent[Symbol.asyncDispose]();
  await assert.rejects(BidiClient.connect(url, LIMITS), coded('ECONNREFUSED'));
});

test('a frame that is no JSON object closes the connection; odd replies and listeners that throw hit nobody else', async () => {
  for (const frame of ['null', '5', '"x"', '[]', 'true', '{"id":', '']) {
    await using server = await startBidiServer((_command, socket) => socket.send(frame));
    const client = await BidiClient.connect(server.url, LIMITS);
    await assert.rejects(client.command('a', {}, LIMITS), coded('ECONNRESET'), frame);
  }
  const odd = ['{}', '{"id":null}', '{"id":"1"}', '{"method":7}', '{"method":"log.entryAdded","params":null}'];
  await using server = await startBidiServer(({ id, method }, socket) => {
    for (const frame of odd) socket.send(frame);
    if (method === 'odd') socket.send(JSON.stringify({ id, result: null }));
    else if (method === 'wordless') socket.send(JSON.stringify({ id, error: 'unknown error', message: 5 }));
    else socket.send(JSON.stringify({ id, result: { ok: true } }));
  });
  const client = await BidiClient.connect(server.url, LIMITS);
  const seen: unknown[] = [];
  client.onEvent(() => {
    throw new Error('a planted bug');
  });
  client.onEvent((event) => seen.push(event));
  assert.deepEqual(await client.command('a', {}, LIMITS), { ok: true });
  assert.deepEqual(seen, [{ method: 'log.entryAdded', params: {} }]);
  await assert.rejects(client.command('odd', {}, LIMITS), coded('not w3c'));
  await assert.rejects(client.command('wordless', {}, LIMITS), coded('unknown error'));
  client.close();
});

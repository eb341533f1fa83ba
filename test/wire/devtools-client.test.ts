import assert from 'node:assert/strict';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocketServer, type WebSocket } from 'ws';
import type { SessionFacts } from '../../src/core/ports.ts';
import { DevToolsClient } from '../../src/wire/devtools-client.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { startHttpServer } from '../support/http-server.ts';

const LIMITS = { deadlineMs: 10_000 };

interface Command {
  readonly id: number;
  readonly method: string;
  readonly sessionId?: string;
}

interface Browser extends AsyncDisposable {
  readonly host: string;
  readonly authorizations: (string | undefined)[];
}

async function startBrowser(onCommand: (command: Command, socket: WebSocket) => void): Promise<Browser> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const authorizations: (string | undefined)[] = [];
  server.on('connection', (socket, request) => {
    authorizations.push(request.headers.authorization);
    socket.on('message', (data) => onCommand(JSON.parse(String(data)) as Command, socket));
  });
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    authorizations,
    async [Symbol.asyncDispose]() {
      for (const socket of server.clients) socket.terminate();
      server.close();
      await once(server, 'close');
    },
  };
}

function sessionWith(facts: Partial<SessionFacts>): SessionFacts {
  const names = { sessionId: 's1', browserName: 'chrome', browserVersion: '1' };
  return { ...names, endpoint: 'http://127.0.0.1:1', capabilities: {}, node: 'node', ...facts };
}

test('commands go to the browser or to a tab, and the credentials of a grid into a header', async () => {
  await using browser = await startBrowser(({ id, method, sessionId }, socket) => {
    socket.send(JSON.stringify({ method: 'Page.frameNavigated', params: { n: 1 }, sessionId }));
    socket.send(JSON.stringify({ id, result: { method, tab: sessionId ?? 'none' } }));
  });
  const session = sessionWith({ cdpUrl: `ws://bob:s3cret@${browser.host}/session/s1/se/cdp` });
  const client = await DevToolsClient.connect(session, LIMITS);
  const events: unknown[] = [];
  client!.onEvent((event) => events.push(event));
  assert.deepEqual(await client!.send('Target.getTargets', {}, LIMITS), { method: 'Target.getTargets', tab: 'none' });
  assert.deepEqual(await client!.send('Page.enable', {}, LIMITS, 't1'), { method: 'Page.enable', tab: 't1' });
  assert.deepEqual(events.at(-1), { method: 'Page.frameNavigated', params: { n: 1 }, tab: 't1' });
  assert.deepEqual(browser.authorizations, [`Basic ${btoa('bob:s3cret')}`]);
  client!.close();
});

test('an error, a deadline, a frame that is none and an end of the connection each reject', async () => {
  await using browser = await startBrowser(({ id, method }, socket) => {
    if (method === 'fail')
      socket.send(JSON.stringify({ id, error: { code: -32_000, message: 'No dialog is showing' } }));
    if (method === 'odd') socket.send(JSON.stringify({ id }));
    if (method === 'frame') socket.send('null');
  });
  const client = await DevToolsClient.connect(sessionWith({ cdpUrl: `ws://${browser.host}/` }), LIMITS);
  const failed = async (method: string, deadlineMs = 10_000): Promise<string> =>
    await client!.send(method, {}, { deadlineMs }).then(
      () => 'none',
      (error: unknown) => (error instanceof WireError ? error.wireCode : String(error)),
    );
  assert.equal(await failed('fail'), 'devtools error');
  assert.equal(await failed('odd'), 'not w3c');
  assert.equal(await failed('silent', 5), 'deadline');
  assert.equal(await failed('frame'), 'ECONNRESET');
  assert.equal(await failed('after'), 'ECONNRESET');
});

test('a local browser is asked for its socket; the address of a browser on a grid is not used', async () => {
  await using browser = await startBrowser(({ id }, socket) => socket.send(JSON.stringify({ id, result: {} })));
  await using door = await startHttpServer((_request, response) =>
    response.end(JSON.stringify({ webSocketDebuggerUrl: `ws://${browser.host}/devtools/browser/1` })),
  );
  const capabilities = { 'goog:chromeOptions': { debuggerAddress: new URL(door.url).host } };
  const client = await DevToolsClient.connect(sessionWith({ node: 'local', capabilities }), LIMITS);
  assert.deepEqual(await client!.send('Browser.getVersion', {}, LIMITS), {});
  client!.close();
  assert.equal(await DevToolsClient.connect(sessionWith({ capabilities }), LIMITS), undefined);
  assert.equal(await DevToolsClient.connect(sessionWith({ node: 'local' }), LIMITS), undefined);
});

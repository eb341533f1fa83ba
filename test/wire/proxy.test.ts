import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { test } from 'node:test';
import { WebSocketServer } from 'ws';
import { openSocket, socketAddress } from '../../src/wire/open-socket.ts';
import { proxyFor } from '../../src/wire/proxy.ts';
import { startStub } from '../stub/webdriver-stub.ts';
import { checkFile, siteList, Workplace } from '../support/command.ts';

/** An HTTP proxy that sends everything to one port of this machine, whatever host is asked for. */
async function proxyTo(port: number): Promise<AsyncDisposable & { readonly url: string; readonly asked: Set<string> }> {
  const asked = new Set<string>();
  const server = createServer((incoming, outgoing) => {
    const { host, pathname, search } = new URL(incoming.url ?? '');
    asked.add(`${host} ${incoming.headers['proxy-authorization'] ?? ''}`);
    const { method = 'GET', headers } = incoming;
    const onward = request({ port, method, path: pathname + search, headers }, (reply) => {
      outgoing.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(outgoing);
    });
    incoming.pipe(onward.on('error', () => outgoing.destroy()));
  });
  server.on('connect', (incoming, socket) => {
    asked.add(`${incoming.url} CONNECT`);
    const onward = connect(port, '127.0.0.1', () => socket.write('HTTP/1.1 200 OK\r\n\r\n'));
    socket
      .on('error', () => onward.destroy())
      .pipe(onward.on('error', () => socket.destroy()))
      .pipe(socket);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://user:pass@127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('a run reaches its grid through HTTP_PROXY, and not if NO_PROXY names it', async () => {
  await using stub = await startStub({});
  await using proxy = await proxyTo(Number(new URL(stub.url).port));
  await using place = await Workplace.with({ 'sites.json': siteList('a', 'b'), 'x.check.mjs': checkFile('') });
  const args = ['x.check.mjs', '--sites', 'sites.json', '--grid', 'http://grid.test:4444'];
  const env = { HTTP_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: '', no_proxy: '' };
  const { code, stdout, stderr } = await place.run(args, { env });
  assert.equal(code, 0, stdout + stderr);
  assert.deepEqual([...proxy.asked], [`grid.test:4444 Basic ${btoa('user:pass')}`]);
  proxy.asked.clear();
  const without = await place.run(args, { env: { ...env, NO_PROXY: 'test', no_proxy: 'test' } });
  assert.equal(without.code, 3, without.stdout);
  assert.equal(proxy.asked.size, 0);
});

test('a WebSocket of a grid goes through the proxy', async () => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  await using proxy = await proxyTo((server.address() as AddressInfo).port);
  const before = process.env['http_proxy'];
  process.env['http_proxy'] = proxy.url;
  try {
    const socket = await openSocket(socketAddress('ws://grid.test:4444/se/cdp'), { deadlineMs: 10_000 });
    assert.deepEqual([...proxy.asked], ['grid.test:4444 CONNECT']);
    socket.terminate();
  } finally {
    if (before === undefined) delete process.env['http_proxy'];
    else process.env['http_proxy'] = before;
    server.close();
  }
});

test('which proxy a URL has', () => {
  const env = {
    HTTP_PROXY: 'proxy:3128',
    HTTPS_PROXY: 'https://secure:1',
    NO_PROXY: 'corp.example, .lan,10.0.0.7:4444',
  };
  const shown = (url: string): string | undefined => proxyFor(new URL(url), env)?.origin;
  assert.equal(shown('http://grid.example/'), 'http://proxy:3128');
  assert.equal(shown('ws://grid.example/'), 'http://proxy:3128');
  assert.equal(shown('https://grid.example/'), 'https://secure:1');
  for (const direct of ['http://corp.example/', 'https://a.corp.example/', 'http://hub.lan/', 'http://10.0.0.7:4444/'])
    assert.equal(shown(direct), undefined, direct);
  for (const loopback of ['http://localhost:4444/', 'http://127.0.0.1:9515/', 'http://[::1]:4444/'])
    assert.equal(shown(loopback), undefined, loopback);
  assert.equal(shown('http://10.0.0.7:5555/'), 'http://proxy:3128');
  assert.equal(proxyFor(new URL('http://grid.example/'), { ...env, NO_PROXY: '*' }), undefined);
  assert.equal(proxyFor(new URL('http://grid.example/'), {}), undefined);
});

import assert from 'node:assert/strict';
import { Socket } from 'node:net';
import { test } from 'node:test';
import { openSocket, socketAddress } from '../../src/wire/open-socket.ts';
import { WireClient } from '../../src/wire/wire-client.ts';
import { startStub } from '../stub/webdriver-stub.ts';
import { checkFile, siteList, Workplace } from '../support/command.ts';

/** As nock.disableNetConnect() does it. */
function blockNetwork(): Disposable {
  const real = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect')!;
  Socket.prototype.connect = function blocked(this: Socket): Socket {
    return this.destroy(new Error('blocked'));
  };
  return { [Symbol.dispose]: () => void Object.defineProperty(Socket.prototype, 'connect', real) };
}

test('connections of gridrun open though connect() of sockets was replaced, and the replacement stays', async () => {
  await using stub = await startStub({ bidi: true });
  const limits = { deadlineMs: 5_000 };
  using _blocked = blockNetwork();
  const blocked = Object.getOwnPropertyDescriptor(Socket.prototype, 'connect')?.value as unknown;
  const client = new WireClient(stub.url);
  const { sessionId } = (await client.send(
    'POST',
    '/session',
    { capabilities: { alwaysMatch: { webSocketUrl: true } } },
    limits,
  )) as { sessionId: string };
  const socket = await openSocket(
    socketAddress(`${stub.url.replace('http', 'ws')}/session/${sessionId}/se/bidi`),
    limits,
  );
  socket.close();
  assert.equal(Object.getOwnPropertyDescriptor(Socket.prototype, 'connect')?.value, blocked);
  await assert.rejects(fetch(stub.url));
});

test('a suite that blocks the network of its process, as with nock, still has its browser', async () => {
  await using stub = await startStub({ sessionsPerNode: 4 });
  const block = `
before(() => { net.Socket.prototype.connect = function () { return this.destroy(new Error('blocked')); }; });`;
  const suite = checkFile('await driver.get(site.url); await driver.getTitle();');
  await using place = await Workplace.with({
    'sites.json': siteList('a', 'b', 'c'),
    'x.check.mjs': `import net from 'node:net';\n${suite}${block}`,
  });
  const { code, stdout } = await place.run(['x.check.mjs', '--sites', 'sites.json', '-j', '2', '--grid', stub.url]);
  assert.equal(code, 0, stdout);
});

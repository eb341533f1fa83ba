import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Builder, By } from 'selenium-webdriver';
import { startStub } from './webdriver-stub.ts';
import type { Stub, StubOptions } from './webdriver-stub.ts';

interface Answer {
  readonly status: number;
  readonly value: any;
}

async function call(stub: Stub, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(stub.url + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, value: ((await response.json()) as { value: unknown }).value };
}

const open = (stub: Stub, name = 'a session'): Promise<Answer> =>
  call(stub, 'POST', '/session', { capabilities: { alwaysMatch: { browserName: 'chrome', 'se:name': name } } });

const opened = async (stub: Stub, name?: string): Promise<string> => (await open(stub, name)).value.sessionId as string;

test('status shows every slot, and the session in it by its name', async () => {
  await using stub = await startStub({ nodes: 2, sessionsPerNode: 3, externalUris: true });
  const before = await call(stub, 'GET', '/status');
  assert.equal(before.value.ready, true);
  assert.deepEqual(
    before.value.nodes.map((node: any) => [node.maxSessions, node.slots.length, node.availability]),
    [
      [3, 3, 'UP'],
      [3, 3, 'UP'],
    ],
  );
  const id = await opened(stub, 'run 7');
  const after = await call(stub, 'GET', '/status');
  const held = after.value.nodes.flatMap((node: any) => node.slots).filter((slot: any) => slot.session !== null);
  assert.deepEqual(
    held.map((slot: any) => [slot.session.sessionId, slot.session.capabilities['se:name']]),
    [[id, 'run 7']],
  );
  assert.match(after.value.nodes[0].externalUri, /^http/);
});

test('selenium-webdriver drives it, and two sessions are not mixed', async () => {
  await using stub = await startStub({ sessionsPerNode: 2 });
  const build = (): Promise<any> => Promise.resolve(new Builder().usingServer(stub.url).forBrowser('chrome').build());
  const [one, two] = await Promise.all([build(), build()]);
  await Promise.all([one.get('http://one.test/'), two.get('http://two.test/')]);
  assert.equal(await one.getTitle(), 'Title of http://one.test/');
  assert.match(await two.getPageSource(), /Source of http:\/\/two\.test\//);
  await one.manage().addCookie({ name: 'who', value: 'one' });
  assert.deepEqual(await two.manage().getCookies(), []);
  const button = await one.findElement(By.css('button'));
  assert.equal(await button.isDisplayed(), true);
  assert.equal(await button.getText(), 'Text of button on http://one.test/');
  await one.get('http://three.test/');
  await assert.rejects(button.click(), { name: 'StaleElementReferenceError' });
  await assert.rejects(one.get('http://dns-error.test/'), /net::ERR_NAME_NOT_RESOLVED/);
  assert.equal((await one.takeScreenshot()).slice(0, 5), 'iVBOR');
  const first = await one.getWindowHandle();
  await one.switchTo().newWindow('tab');
  assert.equal(await one.getCurrentUrl(), 'about:blank');
  await one.close();
  await one.switchTo().window(first);
  assert.equal(await one.getCurrentUrl(), 'http://three.test/');
  await Promise.all([one.quit(), two.quit()]);
  assert.equal(stub.sessions().length, 0);
});

test('a request waits its turn for a slot, and is refused where the queue is full', async () => {
  await using stub = await startStub({ sessionsPerNode: 1, queueLimit: 2 });
  const held = await opened(stub);
  const order: string[] = [];
  const wait = async (name: string): Promise<void> => {
    const id = await opened(stub, name);
    order.push(name);
    await call(stub, 'DELETE', `/session/${id}`);
  };
  const first = wait('first');
  while (stub.grid.queueLength < 1) await new Promise(setImmediate);
  const second = wait('second');
  while (stub.grid.queueLength < 2) await new Promise(setImmediate);
  const third = await open(stub);
  assert.equal(third.value.error, 'session not created');
  await call(stub, 'DELETE', `/session/${held}`);
  await Promise.all([first, second]);
  assert.deepEqual(order, ['first', 'second']);
});

test('a request that waited too long is refused', async () => {
  await using stub = await startStub({ sessionsPerNode: 1, queueTimeoutMs: 1 });
  await opened(stub);
  assert.match((await open(stub)).value.message, /timed out/);
  assert.equal(stub.grid.queueLength, 0);
});

test('an unknown session, and an unknown command', async () => {
  await using stub = await startStub();
  const unknown = await call(stub, 'GET', '/session/nope/url');
  assert.deepEqual([unknown.status, unknown.value.error], [404, 'invalid session id']);
  const id = await opened(stub);
  assert.equal((await call(stub, 'GET', `/session/${id}/nonsense`)).value.error, 'unknown command');
});

const faulty = (fault: NonNullable<StubOptions['faults']>): Promise<Stub> => startStub({ faults: fault });

test('faults: an answer of its own, a reset, a lost answer, a dead session', async () => {
  await using answered = await faulty((r) =>
    r.command === 'GET title' ? { status: 502, body: 'bad gateway' } : undefined,
  );
  const id = await opened(answered);
  assert.equal((await fetch(`${answered.url}/session/${id}/title`)).status, 502);

  await using reset = await faulty((r) => (r.command === 'POST session' ? 'reset' : undefined));
  await assert.rejects(open(reset));
  assert.equal(reset.stats.sessionsCreated, 0);

  await using lost = await faulty((r) => (r.command === 'POST session' ? 'lost-answer' : undefined));
  await assert.rejects(open(lost, 'orphan'));
  assert.deepEqual(
    lost.sessions().map((session) => session.name),
    ['orphan'],
  );

  await using killed = await faulty((r) => (r.body['url'] === 'http://b.test/' ? 'kill-session' : undefined));
  const victim = await opened(killed);
  await call(killed, 'POST', `/session/${victim}/url`, { url: 'http://a.test/' });
  assert.equal(
    (await call(killed, 'POST', `/session/${victim}/url`, { url: 'http://b.test/' })).value.error,
    'invalid session id',
  );
  assert.equal((await call(killed, 'GET', `/session/${victim}/url`)).value.error, 'invalid session id');
});

test('a command that hangs holds those behind it until the session ends', async () => {
  await using stub = await faulty((r) => (r.command === 'POST url' ? 'hang' : undefined));
  const id = await opened(stub);
  const hung = call(stub, 'POST', `/session/${id}/url`, { url: 'http://a.test/' });
  while ((stub.stats.commands['POST url'] ?? 0) === 0) await new Promise(setImmediate);
  const behind = call(stub, 'GET', `/session/${id}/title`);
  while ((stub.stats.commands['GET title'] ?? 0) === 0) await new Promise(setImmediate);
  await call(stub, 'DELETE', `/session/${id}`);
  assert.deepEqual(
    [(await hung).value.error, (await behind).value.error],
    ['invalid session id', 'invalid session id'],
  );
});

test('a node that dies takes its sessions with it', async () => {
  await using stub = await startStub({ nodes: 2, sessionsPerNode: 1 });
  const ids = [await opened(stub), await opened(stub)];
  const dead = stub.grid.nodeIds()[0] ?? '';
  assert.equal(stub.grid.killNode(dead), 1);
  assert.equal((await call(stub, 'GET', '/status')).value.nodes.length, 1);
  const answers = await Promise.all(ids.map((id) => call(stub, 'GET', `/session/${id}/url`)));
  assert.deepEqual(
    answers.map((answer) => answer.status).toSorted((a, b) => a - b),
    [200, 404],
  );
});

test('basic auth, where it is asked for', async () => {
  await using stub = await startStub({ auth: 'me:secret' });
  assert.equal((await fetch(`${stub.url}/status`)).status, 401);
  const authorization = `Basic ${Buffer.from('me:secret').toString('base64')}`;
  assert.equal((await fetch(`${stub.url}/status`, { headers: { authorization } })).status, 200);
});

test('BiDi answers where it was asked for, and only there', async () => {
  await using stub = await startStub({ bidi: true });
  const plain = await open(stub);
  assert.equal(plain.value.capabilities.webSocketUrl, undefined);
  const { value } = await call(stub, 'POST', '/session', { capabilities: { alwaysMatch: { webSocketUrl: true } } });
  assert.match(value.capabilities.webSocketUrl, /^ws:\/\/hub:4444\//);
  const socket = new WebSocket(`${stub.url.replace('http', 'ws')}${new URL(value.capabilities.webSocketUrl).pathname}`);
  await once(socket, 'open');
  socket.send(JSON.stringify({ id: 1, method: 'browser.createUserContext', params: {} }));
  const [message] = (await once(socket, 'message')) as [{ data: string }];
  assert.equal(JSON.parse(message.data).type, 'success');
  const path = `/session/${value.sessionId}`;
  await call(stub, 'POST', `${path}/cookie`, { cookie: { name: 'a', value: 'b' } });
  socket.send(
    JSON.stringify({
      id: 2,
      method: 'goog:cdp.sendCommand',
      params: { method: 'Network.clearBrowserCookies', params: {} },
    }),
  );
  await once(socket, 'message');
  assert.deepEqual((await call(stub, 'GET', `${path}/cookie`)).value, []);
  const closed = once(socket, 'close');
  await call(stub, 'DELETE', path);
  await closed;
});

test('as a process it prints its URL and ends when told', async () => {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('main.ts', import.meta.url)), '--nodes', '10', '--sessions-per-node', '20'],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  try {
    const [url] = (await once(createInterface(child.stdout), 'line')) as [string];
    const status: any = await (await fetch(`${url}/status`)).json();
    assert.equal(status.value.nodes.length, 10);
  } finally {
    child.kill('SIGTERM');
  }
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0);
});

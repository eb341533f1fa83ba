import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { inspect } from 'node:util';
import type { SessionRequest } from '../../src/core/ports.ts';
import { readGridStatus } from '../../src/grid/grid-status.ts';
import { SessionRegistry } from '../../src/grid/registry.ts';
import { remoteGrid } from '../../src/grid/remote.ts';
import { isolation } from '../../src/session/isolation.ts';
import { BidiClient } from '../../src/wire/bidi-client.ts';
import { WireClient } from '../../src/wire/wire-client.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { answerValue, startHttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';
import { startSeleniumGrid, type SeleniumGrid } from '../support/selenium-grid.ts';

const LIMITS = { deadlineMs: 30_000 };
const NEVER = new AbortController().signal;

let registry: SessionRegistry;
beforeEach(async () => {
  registry = new SessionRegistry(await mkdtemp(join(tmpdir(), 'gridrun-remote-')));
});
afterEach(() => rm(registry.stateDir, { recursive: true, force: true }));

function request(more: Partial<SessionRequest> = {}): SessionRequest {
  const capabilities = { 'goog:chromeOptions': { args: ['--no-sandbox'] } };
  return { name: 'a test', capabilities, avoidNodes: [], signal: NEVER, ...more };
}

async function recordCount(): Promise<number> {
  return (await readdir(registry.stateDir)).length;
}

describe('on a hub and two nodes', { skip: missing('chrome', 'selenium') }, () => {
  let selenium: SeleniumGrid;
  before(async () => {
    selenium = await startSeleniumGrid({ nodes: 2, sessionsPerNode: 2, user: { name: 'bob', password: 's3cret' } });
  });
  after(() => selenium.stop());

  async function openSessions(): Promise<number> {
    return (await readGridStatus(new WireClient(selenium.url), LIMITS)).sessions.length;
  }

  test('sessions are counted, named, reached by BiDi, wiped, and released', async () => {
    const grid = remoteGrid(selenium.url, { sessions: 'auto', registry });
    assert.doesNotMatch(inspect(grid.name), /s3cret/);
    assert.equal(await grid.capacity(NEVER), 5);
    const owned = await grid.openSession(request());
    assert.ok(selenium.nodeUrls.includes(owned.session.node));
    assert.equal(await grid.capacity(NEVER), 5);
    assert.equal(new URL(owned.session.webSocketUrl!).host, new URL(selenium.url).host);
    assert.doesNotMatch(JSON.stringify(owned.session.capabilities), /s3cret/);
    const bidi = await BidiClient.connect(owned.session.webSocketUrl!, LIMITS);
    await bidi.command('browsingContext.getTree', {}, LIMITS);
    bidi.close();
    await isolation('wipe').reset(owned.session, NEVER);
    await grid[Symbol.asyncDispose]();
    assert.equal(await openSessions(), 0);
    assert.equal(await recordCount(), 0);
  });

  test('wrong credentials are refused, and no message shows them', async () => {
    const grid = remoteGrid(selenium.url.replace('s3cret', 'wr0ng'), { sessions: 'auto', registry });
    await assert.rejects(
      grid.capacity(NEVER),
      (error) => error instanceof WireError && error.answer === 'refuse' && !/wr0ng/.test(inspect(error)),
    );
  });

  test('asks for a session on another node if a node has failed', async () => {
    await using grid = remoteGrid(selenium.url, { sessions: 4, registry });
    const first = await grid.openSession(request());
    const second = await grid.openSession(request({ avoidNodes: [first.session.node] }));
    assert.notEqual(second.session.node, first.session.node);
  });

  test('a session whose reply was lost is found by its name and used', async () => {
    const target = new URL(selenium.url);
    let posts = 0;
    // A proxy before the hub. It passes everything on, but loses the reply to POST /session.
    await using proxy = await startHttpServer(async (incoming, outgoing) => {
      const chunks: Buffer[] = [];
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
      const headers = {
        authorization: incoming.headers.authorization ?? '',
        'content-type': 'application/json; charset=utf-8',
      };
      const body = incoming.method === 'POST' ? { body: Buffer.concat(chunks) } : {};
      const reply = await fetch(new URL(incoming.url!, target.origin), { method: incoming.method!, headers, ...body });
      const text = await reply.text();
      if (incoming.method === 'POST' && incoming.url === '/session') {
        posts += 1;
        incoming.socket.destroy();
      } else outgoing.writeHead(reply.status, { 'content-type': 'application/json' }).end(text);
    });
    const grid = remoteGrid(proxy.url.replace('//', '//bob:s3cret@'), { sessions: 1, registry });
    const owned = await grid.openSession(request());
    assert.equal(posts, 1);
    assert.equal(await openSessions(), 1);
    await owned.release();
    await grid[Symbol.asyncDispose]();
    assert.equal(await openSessions(), 0);
    assert.equal(await recordCount(), 0);
  });

  test('a request that is stopped leaves no session', async () => {
    const grid = remoteGrid(selenium.url, { sessions: 1, registry });
    await grid.capacity(NEVER);
    const stop = new AbortController();
    const opening = grid.openSession(request({ signal: stop.signal }));
    // Stop when the Grid has begun to start it.
    const client = new WireClient(selenium.url);
    const begun = async (): Promise<boolean> =>
      (await readGridStatus(client, LIMITS)).nodes.some(({ slots }) => slots.some(({ state }) => state !== 'free'));
    while (!(await begun()));
    stop.abort();
    await assert.rejects(opening, (error) => error instanceof WireError && error.code === 'runner.stopped');
    await grid[Symbol.asyncDispose]();
    assert.equal(await openSessions(), 0);
    assert.equal(await recordCount(), 0);
  });

  test('a lost node is a lost session, and its record goes', async () => {
    const grid = remoteGrid(selenium.url, { sessions: 1, registry });
    const owned = await grid.openSession(request());
    await selenium.killNode(selenium.nodeUrls.indexOf(owned.session.node));
    const { endpoint, sessionId } = owned.session;
    await assert.rejects(
      new WireClient(endpoint).send('GET', `/session/${sessionId}/url`, undefined, LIMITS),
      (error) => {
        assert.ok(error instanceof WireError && error.blames === 'grid' && error.sessionLost, String(error));
        return true;
      },
    );
    await owned.release();
    await grid[Symbol.asyncDispose]();
  });
});

test('a plain endpoint below a prefix: the cores for auto, no capability that chromedriver would refuse', async () => {
  const seen: string[] = [];
  await using server = await startHttpServer(async (incoming, outgoing) => {
    let text = '';
    for await (const chunk of incoming) text += String(chunk);
    seen.push(`${incoming.method} ${incoming.url}`);
    if (incoming.url === '/wd/hub/session') {
      assert.equal(JSON.parse(text).capabilities.alwaysMatch['se:name'], undefined);
      answerValue(outgoing, { sessionId: 's1', capabilities: { browserName: 'chrome', browserVersion: '1' } });
    } else answerValue(outgoing, incoming.url === '/wd/hub/status' ? { ready: true } : null);
  });
  const grid = remoteGrid(`${server.url}/wd/hub/`, { sessions: 'auto', registry });
  assert.equal(await grid.capacity(NEVER), availableParallelism());
  const owned = await grid.openSession(request());
  assert.equal(owned.session.node, `${server.url}/wd/hub`);
  await grid[Symbol.asyncDispose]();
  assert.equal(seen.at(-1), 'DELETE /wd/hub/session/s1');
  assert.equal(await recordCount(), 0);
});

test('a session that a plain endpoint makes after the stop is ended', async () => {
  const asked = Promise.withResolvers<() => void>();
  const deleted = Promise.withResolvers<void>();
  await using server = await startHttpServer((incoming, outgoing) => {
    if (incoming.method === 'POST')
      return asked.resolve(() => answerValue(outgoing, { sessionId: 'late', capabilities: {} }));
    if (incoming.url === '/session/late') deleted.resolve();
    answerValue(outgoing, incoming.url === '/status' ? { ready: true } : null);
  });
  const grid = remoteGrid(server.url, { sessions: 1, registry });
  const stop = new AbortController();
  const opening = grid.openSession(request({ signal: stop.signal }));
  const answer = await asked.promise;
  stop.abort();
  await assert.rejects(opening, (error) => error instanceof WireError && error.code === 'runner.stopped');
  answer();
  await deleted.promise;
  await grid[Symbol.asyncDispose]();
  assert.equal(await recordCount(), 0);
});

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import type { Grid } from '../../src/core/ports.ts';
import { SessionRegistry } from '../../src/grid/registry.ts';
import { remoteGrid } from '../../src/grid/remote.ts';
import { WireError } from '../../src/wire/wire-error.ts';
import { startStub, type StubFault } from '../stub/webdriver-stub.ts';
import { answerValue, startHttpServer } from '../support/http-server.ts';

const NEVER = new AbortController().signal;
const REQUEST = { name: 'a test', capabilities: {}, avoidNodes: [], signal: NEVER };

let registry: SessionRegistry;
beforeEach(async () => {
  registry = new SessionRegistry(await mkdtemp(join(tmpdir(), 'gridrun-odd-')));
});
afterEach(() => rm(registry.stateDir, { recursive: true, force: true }));

interface OddGrid {
  readonly grid: Grid;
  recordCount(): Promise<number>;
}

/** A grid at which the first requests of a kind go wrong in one way. After the work nothing may be left. */
async function withOdd(command: string, fault: StubFault, times: number, work: (odd: OddGrid) => Promise<void>) {
  let left = times;
  await using stub = await startStub({
    faults: (request) => (request.command === command && left-- > 0 ? fault : undefined),
  });
  const own = new SessionRegistry(await mkdtemp(join(registry.stateDir, 'own-')));
  const recordCount = async (): Promise<number> => (await readdir(own.stateDir)).length;
  const grid = remoteGrid(stub.url, { sessions: 1, registry: own });
  await work({ grid, recordCount });
  await grid[Symbol.asyncDispose]();
  assert.equal(stub.sessions().length, 0, JSON.stringify(fault));
  assert.equal(await recordCount(), 0, JSON.stringify(fault));
}

const ODD: readonly StubFault[] = [
  'lost-answer',
  { status: 200, text: '<html>Welcome</html>' },
  { status: 200, text: '{"value": {"sessionId": "8a' },
  { status: 200, text: '' },
  { status: 200, body: { value: null } },
  { status: 200, body: { value: {} } },
  { status: 200, body: { value: { sessionId: 7, capabilities: {} } } },
  { status: 200, body: { value: { sessionId: '../status', capabilities: {} } } },
  { status: 200, body: { value: { sessionId: 'x', capabilities: null } } },
  { status: 403, text: 'Forbidden' },
  { status: 404, text: 'Not found' },
  { status: 429, text: 'Too many requests' },
  { status: 502, text: 'Bad gateway' },
];

test('a session whose POST was done, but whose reply was odd, is found by its name and used', async () => {
  const failure = { status: 500, body: { value: { error: 'unknown error', message: 'no', stacktrace: '' } } };
  const tries = [...ODD, failure].map(async (fault) => {
    const done = typeof fault === 'object' ? { ...fault, done: true } : fault;
    await withOdd('POST session', done, 1, async ({ grid }) => {
      const owned = await grid.openSession(REQUEST);
      assert.match(owned.session.sessionId, /^[0-9a-f]{32}$/);
      await owned.release();
    });
  });
  await Promise.all(tries);
});

test('an odd reply to a POST that was not done is an error of the wire, never a bug, and leaves no record', async () => {
  const tries = ODD.slice(1).map(async (fault) => {
    await withOdd('POST session', fault, 1, async ({ grid }) => {
      await assert.rejects(grid.openSession(REQUEST), (error) => error instanceof WireError && error.blames === 'grid');
    });
  });
  await Promise.all(tries);
});

test('a session whose reply had another id is found by its name; the other session is left alone', async () => {
  await using stub = await startStub({
    faults({ command, body }) {
      const isOurs = command === 'POST session' && JSON.stringify(body).includes('a test');
      if (!isOurs) return undefined;
      const value = { sessionId: stub.sessions()[0]!.id, capabilities: {} };
      return { status: 200, body: { value }, done: true };
    },
  });
  const other = remoteGrid(stub.url, { sessions: 1, registry });
  const { session: foreign } = await other.openSession({ ...REQUEST, name: 'another run' });
  const grid = remoteGrid(stub.url, { sessions: 1, registry });
  const owned = await grid.openSession(REQUEST);
  assert.notEqual(owned.session.sessionId, foreign.sessionId);
  await owned.release();
  await grid[Symbol.asyncDispose]();
  assert.deepEqual(
    stub.sessions().map(({ id }) => id),
    [foreign.sessionId],
  );
  await other[Symbol.asyncDispose]();
  assert.deepEqual(await readdir(registry.stateDir), []);
});

test('a session whose reply had an unknown id is ended by its name, if the status could not be read before', async () => {
  let isStatusOut = true;
  await using stub = await startStub({
    faults({ command }) {
      if (command === 'POST session')
        return { status: 200, body: { value: { sessionId: 'f'.repeat(32), capabilities: {} } }, done: true };
      const isOut = command === 'GET status' && isStatusOut && stub.sessions().length > 0;
      return isOut ? { status: 502, text: 'Bad gateway' } : undefined;
    },
  });
  const grid = remoteGrid(stub.url, { sessions: 1, registry });
  const owned = await grid.openSession(REQUEST);
  isStatusOut = false;
  await owned.release();
  assert.equal(stub.sessions().length, 0);
  await grid[Symbol.asyncDispose]();
  assert.deepEqual(await readdir(registry.stateDir), []);
});

test('a session that a restarted hub lists, but does not know, is ended at its node; if not, its record stays', async () => {
  for (const isReachable of [true, false]) {
    const seen: string[] = [];
    const own = new SessionRegistry(await mkdtemp(join(registry.stateDir, 'own-')));
    const noSession = { error: 'invalid session id', message: 'Unable to find session with ID: s1', stacktrace: '' };
    await using node = await startHttpServer((incoming, outgoing) => {
      seen.push(`${incoming.method} ${incoming.url}`);
      if (isReachable) answerValue(outgoing, null);
      else incoming.socket.destroy();
    });
    const session = { sessionId: 's1', capabilities: {} };
    const nodes = [{ uri: node.url, availability: 'UP', slots: [{ stereotype: {}, session }] }];
    await using hub = await startHttpServer((incoming, outgoing) => {
      if (incoming.url === '/status') answerValue(outgoing, { ready: true, nodes });
      else if (incoming.method === 'POST') answerValue(outgoing, session);
      else answerValue(outgoing, noSession, 404);
    });
    const grid = remoteGrid(hub.url, { sessions: 1, registry: own });
    const owned = await grid.openSession(REQUEST);
    await owned.release();
    assert.equal(seen[0], 'DELETE /session/s1');
    assert.equal((await readdir(own.stateDir)).length, isReachable ? 0 : 1);
    nodes.pop();
    await grid[Symbol.asyncDispose]();
    assert.deepEqual(await readdir(own.stateDir), []);
  }
});

test('a DELETE with an odd reply is sent again, and the record stays until the session is gone', async () => {
  const faults = [...ODD.slice(1, 4), ...ODD.slice(-4), 'reset' as const];
  const tries = faults.flatMap((fault) =>
    [1, 3].map(async (times) => {
      await withOdd('DELETE session', fault, times, async ({ grid, recordCount }) => {
        const owned = await grid.openSession(REQUEST);
        await owned.release();
        if (times === 3) assert.equal(await recordCount(), 1, JSON.stringify(fault));
      });
    }),
  );
  await Promise.all(tries);
});

test('a plain endpoint whose session has no capabilities is told to end it; no id, no DELETE', async () => {
  const seen: string[] = [];
  const values: unknown[] = [{ sessionId: 's1' }, null];
  await using server = await startHttpServer((incoming, outgoing) => {
    if (incoming.method !== 'GET') seen.push(`${incoming.method} ${incoming.url}`);
    if (incoming.method === 'POST') answerValue(outgoing, values.shift());
    else answerValue(outgoing, incoming.url === '/status' ? { ready: true } : null);
  });
  for (const expected of [['POST /session', 'DELETE /session/s1'], ['POST /session']]) {
    const grid = remoteGrid(server.url, { sessions: 1, registry });
    await assert.rejects(
      grid.openSession(REQUEST),
      (error) => error instanceof WireError && error.code === 'grid.not-webdriver',
    );
    await grid[Symbol.asyncDispose]();
    assert.deepEqual(seen.splice(0), expected);
  }
});

test('capabilities and a window of any type are no bug', async () => {
  for (const [webSocketUrl, rect] of [
    ['not a url', 5],
    [7, null],
    [true, { x: 'left' }],
  ] as const) {
    await using server = await startHttpServer((incoming, outgoing) => {
      if (incoming.method === 'POST')
        answerValue(outgoing, { sessionId: 's1', capabilities: { webSocketUrl, browserName: 1 } });
      else answerValue(outgoing, incoming.url === '/status' ? { ready: true } : rect);
    });
    const grid = remoteGrid(server.url, { sessions: 1, registry });
    const { session } = await grid.openSession(REQUEST);
    assert.deepEqual([session.webSocketUrl, session.windowRect, session.browserName], [undefined, undefined, '']);
    await grid[Symbol.asyncDispose]();
  }
});

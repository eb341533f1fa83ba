import assert from 'node:assert/strict';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { clearLeftovers } from '../../src/grid/clear-leftovers.ts';
import { SessionRegistry, type SessionRecord } from '../../src/grid/registry.ts';
import { remoteGrid } from '../../src/grid/remote.ts';
import { startStub, type Stub, type StubFault, type StubRequest } from '../stub/webdriver-stub.ts';

const REQUEST = { name: 'a test', capabilities: {}, avoidNodes: [], signal: new AbortController().signal };
/** Higher than any pid of a real process. */
const DEAD_PID = 2 ** 30;

let stateDir: string;
beforeEach(async () => {
  stateDir = await mkdtemp(join(tmpdir(), 'gridrun-lost-'));
});
afterEach(() => rm(stateDir, { recursive: true, force: true }));

const w3cError = (error: string, status = 500): object => ({
  status,
  body: { value: { error, message: 'no', stacktrace: '' } },
});

/** Replies that may come whether the request was carried out or not. */
const ODD: Readonly<Record<string, object>> = {
  empty: { status: 200, text: '' },
  'no content': { status: 204, text: '' },
  page: { status: 200, text: '<html>Welcome</html>' },
  'cut JSON': { status: 200, text: '{"value": {"sess' },
  'JSON, twice': { status: 200, text: '{"value": null}{"value": null}' },
  forbidden: { status: 403, text: 'no' },
  'not found': { status: 404, text: 'no' },
  busy: { status: 429, text: 'no', headers: { 'retry-after': '1' } },
  'bad gateway': { status: 502, text: 'no' },
  redirect: { status: 307, text: '', headers: { location: '/session' } },
  'no value': { status: 200, body: {} },
  'no such session': w3cError('invalid session id', 404),
  'session not created': w3cError('session not created'),
  'unknown command': w3cError('unknown command', 404),
  'unknown error': w3cError('unknown error'),
  'an error with status 200': w3cError('unknown error', 200),
  'null instead of a session': { status: 200, body: { value: null } },
};

/** `<command>, <reply>`, and how the hub behaves. A null to a `DELETE` is what a hub says that has ended the session. */
const CASES = ['POST session', 'DELETE session'].flatMap((command) =>
  [
    ['reset', 'reset'] as const,
    ['lost', 'lost-answer'] as const,
    ...Object.entries(ODD).flatMap(([kind, fault]) =>
      [true, false].map((done) => [`${kind}${done ? ', done' : ''}`, { ...fault, done } as StubFault] as const),
    ),
  ].map(([kind, fault]) => ({ command, kind, fault })),
);

/** Runs a session to its end, and returns the records that stay. */
async function sessionOn(stub: Stub, registry: SessionRegistry): Promise<SessionRecord[]> {
  const grid = remoteGrid(stub.url, { sessions: 1, registry, lostSearchMs: 1_500 });
  await grid.openSession(REQUEST).then(
    async (owned) => await owned.release(),
    () => {},
  );
  await grid[Symbol.asyncDispose]();
  const folders = (await readdir(registry.stateDir)).map((name) => join(registry.stateDir, name, 'session.json'));
  return await Promise.all(folders.map(async (path) => JSON.parse(await readFile(path, 'utf8')) as SessionRecord));
}

test('whatever a hub replies to POST and DELETE, a session that lives on has a record, and the next start ends it', async () => {
  const lost: string[] = [];
  const tryOne = async ({ command, kind, fault }: (typeof CASES)[number], times: number): Promise<void> => {
    let left = times;
    const faults = (request: StubRequest): StubFault | undefined =>
      request.command === command && left-- > 0 ? fault : undefined;
    await using stub = await startStub({ faults });
    const registry = new SessionRegistry(await mkdtemp(join(stateDir, 'own-')));
    const records = await sessionOn(stub, registry);
    const isKnown = stub
      .sessions()
      .every(({ id, name }) => records.some((record) => record.sessionId === id || record.name === name));
    left = 0;
    for (const record of records)
      await writeFile(
        join(record.folder, 'session.json'),
        JSON.stringify({ ...record, owner: { ...record.owner, pid: DEAD_PID } }),
      );
    await clearLeftovers({ registry, gridUrl: stub.url });
    const rest = [stub.sessions().length, (await readdir(registry.stateDir)).length];
    if (!isKnown || rest.join() !== '0,0') lost.push(`${command}, ${kind}, ${times} times: ${isKnown}, ${rest.join()}`);
  };
  await Promise.all(CASES.flatMap((one) => [tryOne(one, 1), tryOne(one, 99)]));
  assert.deepEqual(lost, []);
});

test('a hub that says it knows no session is believed only if its status can be read', async () => {
  let isAway = false;
  await using stub = await startStub({
    faults: ({ command }) => {
      if (!isAway) return undefined;
      if (command === 'GET status') return { status: 502, text: 'no' };
      return command === 'DELETE session' ? (w3cError('invalid session id', 404) as StubFault) : undefined;
    },
  });
  const registry = new SessionRegistry(stateDir);
  const grid = remoteGrid(stub.url, { sessions: 1, registry });
  const owned = await grid.openSession(REQUEST);
  isAway = true;
  await owned.release();
  assert.equal((await readdir(stateDir)).length, 1);
  isAway = false;
  await grid[Symbol.asyncDispose]();
  assert.deepEqual([stub.sessions().length, (await readdir(stateDir)).length], [0, 0]);
});

for (const when of ['before the reply', 'after the session has ended'])
  test(`a second session of a POST that a proxy sent twice is ended: ${when}`, async () => {
    let capabilities: Record<string, unknown> = {};
    const second = async (): Promise<unknown> => await stub.grid.open(capabilities);
    await using stub = await startStub({
      faults: ({ command, body }) => {
        if (command !== 'POST session') return undefined;
        capabilities = (body['capabilities'] as { alwaysMatch: Record<string, unknown> }).alwaysMatch;
        if (when === 'before the reply') void second();
        return undefined;
      },
    });
    const registry = new SessionRegistry(stateDir);
    const grid = remoteGrid(stub.url, { sessions: 1, registry });
    const owned = await grid.openSession(REQUEST);
    await owned.release();
    if (when !== 'before the reply') await second();
    await grid[Symbol.asyncDispose]();
    assert.deepEqual([stub.sessions().length, (await readdir(stateDir)).length], [0, 0]);
  });

test('both sessions of one name that a killed run left are ended', async () => {
  await using stub = await startStub();
  const registry = new SessionRegistry(stateDir);
  for (const hasId of [true, false]) {
    const { folder } = await registry.add('twin', stub.url);
    const twins = await Promise.all([1, 2].map(async () => await stub.grid.open({ 'se:name': 'twin' })));
    const record = { owner: { pid: DEAD_PID, host: hostname() }, name: 'twin', endpoint: stub.url, folder };
    const whole = { ...record, ...(hasId ? { sessionId: twins[1]!.id } : {}) };
    await writeFile(join(folder, 'session.json'), JSON.stringify(whole));
    assert.deepEqual(await clearLeftovers({ registry }), ['twin']);
    assert.deepEqual([stub.sessions().length, (await readdir(stateDir)).length], [0, 0]);
  }
});

test('the session of a record that was cut is ended, as far as it can be read', async () => {
  await using stub = await startStub();
  const registry = new SessionRegistry(stateDir);
  const { id } = await stub.grid.open({ 'se:name': 'cut "off"' });
  const { folder } = await registry.add('cut "off"', stub.url);
  const record = {
    owner: { pid: DEAD_PID, host: hostname() },
    name: 'cut "off"',
    endpoint: stub.url,
    sessionId: id,
    folder,
  };
  const text = JSON.stringify(record);
  // The id is lost. The name finds the session.
  await writeFile(join(folder, 'session.json'), text.slice(0, text.indexOf(id) + 3));
  for (const [index, damaged] of [
    '',
    'null',
    '[]',
    '7',
    '{"owner":',
    text.slice(0, text.indexOf('"endpoint"')),
  ].entries()) {
    const { folder: other } = await registry.add(`damaged ${index}`, stub.url);
    await writeFile(join(other, 'session.json'), damaged);
  }
  assert.deepEqual(await clearLeftovers({ registry }), ['cut "off"']);
  assert.equal(stub.sessions().length, 0);
  assert.equal((await readdir(stateDir)).length, 6, 'nothing is known of the others, and their owners may be alive');
});

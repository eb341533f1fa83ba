import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { SessionRegistry } from '../../src/grid/registry.ts';
import { clearLeftovers } from '../../src/grid/clear-leftovers.ts';
import { answerValue, startHttpServer } from '../support/http-server.ts';

let registry: SessionRegistry;
beforeEach(async () => {
  registry = new SessionRegistry(await mkdtemp(join(tmpdir(), 'gridrun-leftovers-')));
});
afterEach(() => rm(registry.stateDir, { recursive: true, force: true }));

/** Higher than any pid of a real process. */
const DEAD_PID = 2 ** 30;

async function leave(name: string, facts: { endpoint: string; sessionId?: string }): Promise<void> {
  const { folder } = await registry.add(name);
  const record = { owner: { pid: DEAD_PID, host: hostname() }, name, folder, ...facts };
  await writeFile(join(folder, 'session.json'), JSON.stringify(record));
}

test('sessions of a killed run on a grid are ended by id or by name, with this run’s credentials; other sessions stay', async () => {
  const ended: string[] = [];
  const slot = (sessionId: string, name: string) => ({
    stereotype: {},
    session: { sessionId, capabilities: { 'se:name': name } },
  });
  const nodes = [
    {
      uri: 'n',
      availability: 'UP',
      maxSessions: 3,
      slots: [slot('1', 'by id'), slot('2', 'by name'), slot('3', 'theirs')],
    },
  ];
  await using server = await startHttpServer((request, response) => {
    if (request.headers.authorization === undefined) return response.writeHead(401).end();
    if (request.method === 'DELETE') ended.push(request.url!);
    answerValue(response, request.url === '/status' ? { nodes } : null);
  });
  await leave('by id', { endpoint: server.url, sessionId: '1' });
  await leave('by name', { endpoint: server.url });
  await registry.add('theirs', server.url);
  assert.deepEqual(await clearLeftovers({ registry }), [], 'without the credentials they are left for another time');
  assert.equal((await readdir(registry.stateDir)).length, 3);
  const cleared = await clearLeftovers({ registry, gridUrl: server.url.replace('//', '//bob:s3cret@') });
  assert.deepEqual(cleared.sort(), ['by id', 'by name']);
  assert.deepEqual(ended.sort(), ['/session/1', '/session/2']);
  assert.equal((await readdir(registry.stateDir)).length, 1);
});

test('the record of a session stays while its grid is away, in whatever way, and goes when the grid is back', async () => {
  const sessionOf = (sessionId: string, name: string) => ({
    session: { sessionId, capabilities: { 'se:name': name } },
  });
  const here = { nodes: [{ slots: [sessionOf('1', 'by id'), sessionOf('2', 'by name')] }], ready: true };
  let reply: ((response: ServerResponse) => unknown) | undefined;
  const ended: string[] = [];
  await using server = await startHttpServer((request, response) => {
    if (reply !== undefined) return reply(response);
    if (request.method === 'DELETE') ended.push(request.url!);
    answerValue(response, request.url === '/status' ? here : null);
  });
  const gone = await startHttpServer(() => {});
  await gone[Symbol.asyncDispose]();
  await leave('refused', { endpoint: gone.url, sessionId: '3' });
  await leave('by id', { endpoint: server.url, sessionId: '1' });
  await leave('by name', { endpoint: server.url });
  const odd: ((response: ServerResponse) => unknown)[] = [
    (response) => response.socket?.destroy(),
    (response) => response.writeHead(200).end(),
    (response) => response.writeHead(200).end('<html>Welcome</html>'),
    (response) => response.writeHead(302, { location: '/login' }).end(),
    (response) => response.writeHead(404).end('not found'),
    (response) => response.writeHead(403).end(),
    (response) => response.writeHead(429).end(),
    (response) => response.writeHead(503).end(),
    (response) => answerValue(response, { error: 'unknown command', message: 'no' }, 404),
    (response) => answerValue(response, { error: 'unknown error', message: 'no node' }, 500),
    (response) => answerValue(response, null, 502),
  ];
  for (const [index, how] of odd.entries()) {
    reply = how;
    assert.deepEqual(await clearLeftovers({ registry }), [], `reply ${index}`);
    assert.equal((await readdir(registry.stateDir)).length, 3, `reply ${index}`);
  }
  reply = undefined;
  assert.deepEqual((await clearLeftovers({ registry })).sort(), ['by id', 'by name']);
  assert.deepEqual(ended.sort(), ['/session/1', '/session/2']);
  assert.equal((await readdir(registry.stateDir)).length, 1);
});

test('a session is gone if a W3C error says so, or if the grid that cannot end it does not list it', async () => {
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/status') return answerValue(response, { nodes: [], ready: false });
    const error = request.url === '/session/1' ? 'invalid session id' : 'unknown error';
    answerValue(response, { error, message: 'no' }, 404);
  });
  await leave('unknown to it', { endpoint: server.url, sessionId: '1' });
  await leave('not listed', { endpoint: server.url, sessionId: '2' });
  await leave('never made', { endpoint: server.url });
  assert.deepEqual((await clearLeftovers({ registry })).sort(), ['never made', 'not listed', 'unknown to it']);
});

test('a session that may be starting now keeps its record', async () => {
  const nodes = [{ slots: [{ session: { sessionId: 'reserved' } }] }];
  await using server = await startHttpServer((_request, response) => answerValue(response, { nodes, ready: true }));
  await leave('starting', { endpoint: server.url });
  assert.deepEqual(await clearLeftovers({ registry }), []);
});

test('a record whose grid was away for a month is dropped', async () => {
  const gone = await startHttpServer(() => {});
  await gone[Symbol.asyncDispose]();
  await leave('old', { endpoint: gone.url, sessionId: '1' });
  const [folder] = await readdir(registry.stateDir);
  const longAgo = new Date(Date.now() - 31 * 24 * 3_600_000);
  await utimes(join(registry.stateDir, folder!, 'session.json'), longAgo, longAgo);
  assert.deepEqual(await clearLeftovers({ registry }), []);
  assert.deepEqual(await readdir(registry.stateDir), []);
});

test('what a process was making when it was killed goes at once, what others make stays', async () => {
  const draft = (pid: number, host: string): string => `draft-${pid}@${host}-a1B2c3`;
  const living = [draft(process.pid, hostname()), draft(DEAD_PID, 'another-machine')];
  for (const name of [draft(DEAD_PID, hostname()), ...living]) await mkdir(join(registry.stateDir, name));
  assert.deepEqual(await clearLeftovers({ registry }), []);
  assert.deepEqual((await readdir(registry.stateDir)).sort(), living.toSorted());
});

test('a folder without a record goes after an hour, and one that was just made stays', async () => {
  const longAgo = new Date(Date.now() - 2 * 3_600_000);
  for (const name of ['s-old', 's-half', 's-new', 'other']) await mkdir(join(registry.stateDir, name));
  await writeFile(join(registry.stateDir, 's-half', 'session.json.tmp'), '{');
  for (const name of ['s-old', 's-half', 'other']) await utimes(join(registry.stateDir, name), longAgo, longAgo);
  assert.deepEqual(await clearLeftovers({ registry }), []);
  assert.deepEqual((await readdir(registry.stateDir)).sort(), ['other', 's-new']);
});

import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
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

test('sessions on a grid that is gone need no end', async () => {
  const server = await startHttpServer(() => {});
  await server[Symbol.asyncDispose]();
  await leave('gone', { endpoint: server.url, sessionId: '1' });
  assert.deepEqual(await clearLeftovers({ registry }), ['gone']);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Grid, Isolation, OwnedSession, SessionRequest, SessionFacts } from '../../src/core/ports.ts';
import { extensionArms } from '../../src/extension/arms.ts';
import type { ExtensionGrid } from '../../src/extension/extension-grid.ts';
import { request } from './sessions.ts';

/** A grid that opens numbered sessions and records the calls that it gets. */
function fakeGrid(name: string, calls: string[]): ExtensionGrid {
  let count = 0;
  return {
    name,
    capacity: async () => 7,
    async openSession(): Promise<OwnedSession> {
      const sessionId = `${name}-${++count}`;
      return { session: facts(sessionId), release: async () => void calls.push(`release ${sessionId}`) };
    },
    preflight: () => Promise.reject(new Error('not asked for here')),
    reset: async ({ sessionId }) => void calls.push(`${name} resets ${sessionId}`),
    [Symbol.asyncDispose]: async () => void calls.push(`dispose ${name}`),
  };
}

function facts(sessionId: string): SessionFacts {
  return {
    sessionId,
    endpoint: 'http://127.0.0.1:9',
    capabilities: {},
    node: 'n',
    browserName: 'chrome',
    browserVersion: '1',
  };
}

function wipeOf(calls: string[]): Isolation {
  return { reset: async ({ sessionId }) => void calls.push(`wipe ${sessionId}`) };
}

const asked = (arm?: SessionRequest['arm']): SessionRequest => ({
  ...request(),
  ...(arm === undefined ? {} : { arm }),
});

test('each arm has sessions of its own build, and wipe ends with the reset of what the session has', async () => {
  for (const withBuild of [true, false]) {
    const calls: string[] = [];
    const plain: Grid = fakeGrid('plain', calls);
    const control = withBuild ? fakeGrid('control', calls) : undefined;
    const arms = extensionArms(plain, fakeGrid('subject', calls), control);
    assert.deepEqual([arms.grid.name, await arms.grid.capacity(asked().signal)], ['plain', 7]);
    const allOwned = await Promise.all(
      [asked(), asked('subject'), asked('control')].map((each) => arms.grid.openSession(each)),
    );
    const other = withBuild ? 'control-1' : 'plain-1';
    assert.deepEqual(
      allOwned.map(({ session }) => session.sessionId),
      ['subject-1', 'subject-2', other],
    );
    const isolation = arms.isolation(wipeOf(calls));
    for (const { session } of allOwned.slice(1)) await isolation.reset(session, asked().signal);
    await Promise.all(allOwned.map((owned) => owned.release()));
    await isolation.reset(allOwned[0]!.session, asked().signal);
    await arms.grid[Symbol.asyncDispose]();
    assert.deepEqual(calls, [
      'wipe subject-2',
      'subject resets subject-2',
      `wipe ${other}`,
      ...(withBuild ? ['control resets control-1'] : []),
      'release subject-1',
      'release subject-2',
      `release ${other}`,
      'wipe subject-1',
    ]);
  }
});

test('where the wipe fails, nothing is reset', async () => {
  const calls: string[] = [];
  const arms = extensionArms(fakeGrid('plain', calls), fakeGrid('subject', calls));
  const { session } = await arms.grid.openSession(asked());
  const broken: Isolation = { ...wipeOf(calls), reset: () => Promise.reject(new Error('it can not be cleaned')) };
  await assert.rejects(arms.isolation(broken).reset(session, asked().signal), /can not be cleaned/);
  assert.deepEqual(calls, []);
});

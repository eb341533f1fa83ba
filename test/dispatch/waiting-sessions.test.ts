import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { SlotSession } from '../../src/dispatch/slot.ts';
import { WaitingSessions } from '../../src/dispatch/waiting-sessions.ts';
import { slotSession } from './fakes.ts';

function sessionThat(keepAliveMs?: number): SlotSession {
  return slotSession(keepAliveMs === undefined ? {} : { keepAliveMs });
}

const turn = async (): Promise<void> => await new Promise((resolve) => setImmediate(resolve));

function waiting(context: TestContext, ask: () => Promise<void>): { all: WaitingSessions; lost: SlotSession[] } {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'] });
  const lost: SlotSession[] = [];
  const { signal } = new AbortController();
  const all = new WaitingSessions({ ask, askAfterMs: 10_000, signal, onLost: (session) => lost.push(session) });
  return { all, lost };
}

test('a session that waits gets a command each time that its grid could lose patience', async (context) => {
  let asked = 0;
  const { all, lost } = waiting(context, async () => void asked++);
  const session = sessionThat(3_000);
  all.add(session);
  for (let count = 0; count < 4; count += 1) {
    context.mock.timers.tick(3_000);
    await turn();
  }
  assert.equal(asked, 4);
  assert.equal(all.isDoubtful(session), false, 'it was heard of just now');
  all.remove(session);
  context.mock.timers.tick(60_000);
  await turn();
  assert.equal(asked, 4, 'it waits no more');
  assert.deepEqual(lost, []);
});

test('a waiting session that does not answer is lost', async (context) => {
  const { all, lost } = waiting(context, () => Promise.reject(new Error('gone')));
  const session = sessionThat(3_000);
  all.add(session);
  context.mock.timers.tick(3_000);
  await turn();
  assert.deepEqual(lost, [session]);
});

test('a session that no grid ends gets no keep-alive, but is in doubt after a long wait', (context) => {
  const { all } = waiting(context, () => Promise.reject(new Error('not to be asked')));
  const session = sessionThat();
  all.add(session);
  context.mock.timers.tick(9_999);
  assert.equal(all.isDoubtful(session), false);
  context.mock.timers.tick(1);
  assert.equal(all.isDoubtful(session), true);
});

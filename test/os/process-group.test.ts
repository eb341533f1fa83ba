import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { groupLives, hasExited, signalGroup, startGroup } from '../../src/os/process-group.ts';

const skip = process.platform === 'win32' && 'Windows has no process groups';

test('a signal reaches a child that outlives the program of its group', { skip }, async () => {
  const child = startGroup('sleep 60 & echo started', [], { shell: true, stdio: ['ignore', 'pipe', 'ignore'] });
  await once(child, 'exit');
  assert.equal(hasExited(child), true);
  assert.equal(groupLives(child), true, 'the sleep still runs');
  await signalGroup(child, 'SIGKILL');
  while (groupLives(child)) await delay(10);
  await signalGroup(child, 'SIGTERM');
});

test('a program that does not exist has no group', async () => {
  const child = startGroup('/no/such/program', [], {});
  await once(child, 'error');
  assert.equal(groupLives(child), false);
  await signalGroup(child, 'SIGTERM');
});

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { isAlive, ownIdentity } from '../../src/os/process-identity.ts';

test('a process is alive until it ends', () => {
  assert.equal(isAlive(ownIdentity()), true);
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  assert.equal(isAlive({ ...ownIdentity(), pid }), false);
  assert.equal(isAlive({ ...ownIdentity(), pid: 0 }), false);
});

test('a later process with the same pid is not the same process', () => {
  const known = ownIdentity().birth !== undefined;
  assert.equal(isAlive({ ...ownIdentity(), birth: 'another time' }), !known);
  assert.equal(isAlive({ ...ownIdentity(), birth: '' }), true, 'an unknown start time proves nothing');
});

test('a process of another machine counts as alive', () => {
  assert.equal(isAlive({ pid: 2 ** 30, host: 'another machine' }), true);
});

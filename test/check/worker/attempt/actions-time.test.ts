import assert from 'node:assert/strict';
import { test } from 'node:test';
import { actionsMs } from '../../../../src/check/worker/attempt/actions-time.ts';

test('actions last as long as the longest pause or move of each tick', () => {
  const keys = { type: 'key', actions: [{ type: 'keyDown' }, { type: 'pause', duration: 300 }, { type: 'pause' }] };
  const pointer = {
    type: 'pointer',
    actions: [
      { type: 'pointerMove', duration: 100 },
      { type: 'pause', duration: 50 },
    ],
  };
  assert.equal(actionsMs([keys, pointer]), 400);
});

test('whatever is no list of actions lasts 0 ms', () => {
  for (const other of [undefined, null, 'a', {}, [], [null], [{}], [{ actions: 'a' }], [{ actions: [null, {}] }]])
    assert.equal(actionsMs(other), 0);
});

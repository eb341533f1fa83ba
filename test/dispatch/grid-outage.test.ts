import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GridrunError } from '../../src/core/fault.ts';
import { GridOutage } from '../../src/dispatch/grid-outage.ts';
import { WireError } from '../../src/wire/wire-error.ts';

const LOST_AFTER_MS = 60_000;
const GONE = new WireError('ECONNREFUSED', 'GET http://hub:4444/status', 'connect ECONNREFUSED');
const NO_SLOT = new WireError('session not created', 'POST http://hub:4444/session', 'no node');

/** How long a grid may return this error before it is lost, if asked every 100 ms. */
function patienceMs(outage: GridOutage, error: unknown, from = 0): number {
  for (let now = from; ; now += 100) {
    if (outage.sessionRefused(error, now, false) !== undefined) return now - from;
  }
}

test('an address at which nobody ever answered is told after 5 s', () => {
  assert.equal(patienceMs(new GridOutage(LOST_AFTER_MS), GONE), 5_000);
});

test('a grid that answered once may be away for as long as a hub takes to start again', () => {
  const outage = new GridOutage(LOST_AFTER_MS);
  outage.answered();
  assert.equal(patienceMs(outage, GONE), 60_000);
});

test('a grid that is there and never gives a session is told after a quarter of that', () => {
  assert.equal(patienceMs(new GridOutage(LOST_AFTER_MS), NO_SLOT), 15_000);
});

test('a grid that gave a session has all the time again, whatever it says', () => {
  for (const error of [GONE, NO_SLOT]) {
    const outage = new GridOutage(LOST_AFTER_MS);
    outage.sessionRefused(GONE, 0, false);
    outage.sessionOpened();
    assert.equal(patienceMs(outage, error, 10_000), 60_000);
  }
});

test('while other sessions are open, the grid is not lost', () => {
  const outage = new GridOutage(LOST_AFTER_MS);
  for (let now = 0; now <= 10 * LOST_AFTER_MS; now += 1_000)
    assert.equal(outage.sessionRefused(NO_SLOT, now, true), undefined);
});

test('what no waiting mends is told at once', () => {
  const wrong = new GridrunError('grid.unauthorized', 'no');
  assert.equal(patienceMs(new GridOutage(LOST_AFTER_MS), wrong), 0);
});

test('it is asked again soon, and then less and less often', () => {
  const outage = new GridOutage(LOST_AFTER_MS);
  const pauses: number[] = [];
  for (let now = 0; pauses.length < 7; now += outage.pauseMs(now)) {
    outage.sessionRefused(NO_SLOT, now, true);
    pauses.push(outage.pauseMs(now));
  }
  assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

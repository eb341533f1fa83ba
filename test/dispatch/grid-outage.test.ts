import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GridrunError } from '../../src/core/fault.ts';
import { GridOutage } from '../../src/dispatch/grid-outage.ts';
import { WireError } from '../../src/wire/wire-error.ts';

const LOST_AFTER_MS = 60_000;
const GONE = new WireError('ECONNREFUSED', 'GET http://hub:4444/status', 'connect ECONNREFUSED');
const NO_SLOT = new WireError('session not created', 'POST http://hub:4444/session', 'no node');

const ODD = new WireError('not w3c', 'POST http://hub:4444/session', 'HTTP 200 without a WebDriver reply');
const ALONE = { open: false, opening: false };

/** How long a grid may return this error before it is lost, if asked every 100 ms. */
function patienceMs(outage: GridOutage, error: unknown, from = 0): number {
  for (let now = from; ; now += 100) {
    if (outage.sessionRefused(error, now, ALONE) !== undefined) return now - from;
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
    outage.sessionRefused(GONE, 0, ALONE);
    outage.sessionOpened(0);
    assert.equal(patienceMs(outage, error, 10_000), 60_000);
  }
});

test('while other sessions are open, the grid is not lost', () => {
  const outage = new GridOutage(LOST_AFTER_MS);
  for (let now = 0; now <= 10 * LOST_AFTER_MS; now += 1_000)
    assert.equal(outage.sessionRefused(NO_SLOT, now, { open: true, opening: false }), undefined);
});

test('what no waiting mends is told at once', () => {
  const wrong = new GridrunError('grid.unauthorized', 'no');
  assert.equal(patienceMs(new GridOutage(LOST_AFTER_MS), wrong), 0);
});

test('it is asked again soon, and then less and less often', () => {
  const outage = new GridOutage(LOST_AFTER_MS);
  const pauses: number[] = [];
  for (let now = 0; pauses.length < 7; now += outage.pauseMs(now)) {
    outage.sessionRefused(NO_SLOT, now, { open: true, opening: false });
    pauses.push(outage.pauseMs(now));
  }
  assert.deepEqual(pauses, [250, 500, 1_000, 2_000, 4_000, 5_000, 5_000]);
});

test('a grid that answers again after it did not is asked for a session at once', () => {
  const outage = new GridOutage(LOST_AFTER_MS);
  outage.sessionOpened(0);
  for (let now = 0; now < 10_000; now += 100) outage.sessionRefused(GONE, now, ALONE);
  assert.ok(outage.pauseMs(10_000) > 0);
  outage.back();
  assert.equal(outage.pauseMs(10_000), 0);
  outage.sessionRefused(GONE, 10_000, ALONE);
  assert.equal(outage.pauseMs(10_000), 250);
});

test('an odd answer is final from a grid that never gave a session, and an outage from one that did', () => {
  assert.equal(patienceMs(new GridOutage(LOST_AFTER_MS), ODD), 0);
  const outage = new GridOutage(LOST_AFTER_MS);
  outage.sessionOpened(0);
  assert.equal(patienceMs(outage, ODD), 60_000);
});

test('while other first requests are under way, an odd answer is not final, but no longer than patience lasts', () => {
  const outage = new GridOutage(LOST_AFTER_MS);
  const others = { open: false, opening: true };
  assert.equal(outage.sessionRefused(ODD, 0, others), undefined);
  assert.equal(outage.sessionRefused(ODD, 100, ALONE)?.code, 'grid.not-webdriver');
  const silent = new GridOutage(LOST_AFTER_MS);
  assert.equal(silent.sessionRefused(ODD, 0, others), undefined);
  assert.equal(silent.sessionRefused(ODD, 15_000, others)?.code, 'grid.not-webdriver');
});

test('a full disk in the middle of a run is an outage, and a bug is final', () => {
  for (const [error, expected] of [
    [Object.assign(new Error('ENOSPC: no space left on device'), { errno: -28, code: 'ENOSPC' }), 60_000],
    [new TypeError('a planted bug'), 0],
  ] as const) {
    const outage = new GridOutage(LOST_AFTER_MS);
    outage.sessionOpened(0);
    assert.equal(patienceMs(outage, error), expected);
  }
});

test('a grid that says when to ask again is asked then, but at the latest after 30 s', () => {
  for (const [retryAfterMs, pauseMs] of [
    [0, 250],
    [3_000, 3_000],
    [3_600_000, 30_000],
  ] as const) {
    const outage = new GridOutage(LOST_AFTER_MS);
    outage.sessionRefused(new WireError('unavailable', 'POST /session', 'HTTP 429', { retryAfterMs }), 0, ALONE);
    assert.equal(outage.pauseMs(0), pauseMs);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Attempt } from '../../src/core/attempt.ts';
import { makeFault } from '../../src/core/fault.ts';
import { Incidents } from '../../src/dispatch/incidents.ts';

const MINUTE = 60_000;
const FAULT = makeFault('check.failed', 'no');

/** One load of a site that ends at this minute. */
function load(siteId: string, minute: number, arm: Attempt['arm'], failed: boolean): Attempt {
  const check = { title: 'works', durationMs: 1 } as const;
  return {
    siteId,
    attempt: 1,
    arm,
    ending: 'completed',
    node: 'n',
    startedAt: minute * MINUTE - 1000,
    durationMs: 1000,
    checks: [failed ? { ...check, status: 'failed', fault: FAULT } : { ...check, status: 'passed' }],
  };
}

/** The answer for a site whose loads ended in these minutes, in a run in which others failed from minute 10 to 11. */
function atMost(
  loads: readonly Attempt[],
  { troubled = 8, open = false, recovers = true }: { troubled?: number; open?: boolean; recovers?: boolean } = {},
): 'suspect' | undefined {
  const incidents = new Incidents();
  const others = Array.from({ length: 40 }, (_, index) => [load(`o${index}`, 10.5, 'subject', index < troubled)]);
  const again = others.map(([first]) => [first!, load(first!.siteId, 30, 'subject', !recovers)]);
  for (const attempts of others) incidents.ended(attempts, open);
  loads.forEach((_, index) => incidents.ended(loads.slice(0, index + 1), false));
  for (const attempts of again) incidents.ended(attempts, false);
  return incidents.atMost(loads);
}

const close = [load('s', 10, 'subject', true), load('s', 10.6, 'control', false), load('s', 11, 'subject', true)];

test('a site whose failures with the build lie in two minutes of trouble is suspect at most', () => {
  assert.equal(atMost(close), 'suspect');
  assert.equal(atMost(close, { troubled: 3 }), undefined);
  assert.equal(atMost(close, { troubled: 3, open: true }), 'suspect');
  // What else fails with the build at any time is no trouble: the build may break it.
  assert.equal(atMost(close, { recovers: false }), undefined);
});

test('loads of the control far from the trouble do not hide that all failures with the build met it', () => {
  const spread = [...close, load('s', 25, 'control', false)];
  assert.equal(atMost(spread), 'suspect');
});

test('a site that fails again long after the trouble is not excused by it', () => {
  assert.equal(atMost([...close, load('s', 25, 'subject', true)]), undefined);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Arm, Attempt } from '../../src/core/attempt.ts';
import { failsInBothArms } from '../../src/core/attribution/down.ts';
import { firstUncovered } from '../../src/dispatch/cover.ts';
import { fitOf } from '../../src/dispatch/session-fit.ts';
import { move, emptySlot, type Slot, type SlotSession } from '../../src/dispatch/slot.ts';
import type { Waiting } from '../../src/dispatch/waiting.ts';
import { slotSession } from './fakes.ts';

function sessionOf(arm: Arm, siteCount: number, node = 'a'): SlotSession {
  return { ...slotSession({ sessionId: `${arm} ${siteCount}`, node }), arm, siteCount };
}

function loadOf(arm: Arm, { sessionIds = [] as string[], avoidNodes = [] as string[] } = {}): Waiting {
  const compared = { likelyLoads: 6, maxLoads: 11, loadMs: 1, sessionIds };
  return { site: { id: 's', url: 'https://s.example/' }, arm, fresh: false, avoidNodes, compared };
}

const noOther = (): boolean => false;

test('a load of a comparison takes a young session of its arm that has not loaded the site', () => {
  assert.equal(fitOf(sessionOf('control', 4), loadOf('control'), noOther), 'fits');
  assert.equal(fitOf(sessionOf('control', 5), loadOf('control'), noOther), 'needs-session');
  assert.equal(fitOf(sessionOf('subject', 0), loadOf('control'), noOther), 'needs-session');
  const again = loadOf('control', { sessionIds: ['control 1'] });
  assert.equal(fitOf(sessionOf('control', 1), again, noOther), 'needs-session');
  const elsewhere = loadOf('control', { avoidNodes: ['a'] });
  assert.equal(fitOf(sessionOf('control', 1), elsewhere, noOther), 'fits');
  assert.equal(
    fitOf(sessionOf('control', 1), elsewhere, () => true),
    'other-node',
  );
});

function slotIn(kind: 'opening' | 'busy' | 'closing', session: SlotSession): Slot {
  const slot = emptySlot(0);
  move(slot, { kind: 'opening', arm: session.arm });
  if (kind === 'opening') return slot;
  move(slot, { kind: 'ready', session });
  move(slot, { kind: 'busy', session });
  if (kind === 'closing') move(slot, { kind: 'closing', session, reason: 'dirty' });
  return slot;
}

test('a session that opens or is at work takes some of the line, but no more than it may while it is young', () => {
  const rules = { inRow: 3, countsBusy: true };
  const line = [1, 2, 3, 4].map(() => loadOf('control'));
  const uncovered = (slots: readonly Slot[], more = {}): number => {
    const found = firstUncovered(line, slots, { ...rules, ...more });
    return found === undefined ? line.length : line.indexOf(found);
  };
  assert.equal(uncovered([]), 0);
  assert.equal(uncovered([emptySlot(0)]), 0);
  const opening = slotIn('opening', sessionOf('control', 0));
  assert.equal(uncovered([opening]), 3);
  assert.equal(uncovered([opening], { but: opening }), 0);
  assert.equal(uncovered([opening], { inRow: 1 }), 1);
  assert.equal(uncovered([slotIn('opening', sessionOf('subject', 0))]), 0);
  assert.equal(uncovered([slotIn('closing', sessionOf('subject', 9))]), 3);
  const busy = slotIn('busy', sessionOf('control', 3));
  assert.equal(uncovered([busy]), 2);
  assert.equal(uncovered([busy], { countsBusy: false }), 0);
  assert.equal(uncovered([busy, opening]), 4);
});

test('a failure is the site’s if the other arm failed before in the same way', () => {
  const attempt = (arm: Arm, code: 'check.failed' | 'check.timeout' | '', number: number): Attempt => {
    const fault = { code: code === '' ? 'check.failed' : code, cause: 'check', message: 'no' } as const;
    const check = { title: 'works', durationMs: 1 };
    const checks = [
      code === '' ? ({ ...check, status: 'passed' } as const) : ({ ...check, status: 'failed', fault } as const),
    ];
    return { siteId: 's', attempt: number, arm, ending: 'completed', startedAt: 0, durationMs: 1, checks };
  };
  const first = attempt('subject', 'check.failed', 1);
  assert.equal(failsInBothArms([]), false);
  assert.equal(failsInBothArms([first]), false);
  assert.equal(failsInBothArms([first, attempt('control', 'check.failed', 2)]), true);
  assert.equal(failsInBothArms([first, attempt('control', 'check.timeout', 2)]), false);
  assert.equal(failsInBothArms([first, attempt('control', '', 2)]), false);
  const passed = [first, attempt('control', '', 2)];
  assert.equal(failsInBothArms([...passed, attempt('subject', 'check.failed', 3)]), false);
  const both = [first, attempt('control', 'check.failed', 2)];
  assert.equal(failsInBothArms([...both, attempt('subject', 'check.failed', 3)]), true);
});

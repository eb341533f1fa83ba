import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunEvent } from '../../src/core/event.ts';
import { Timeline } from '../../src/core/timeline.ts';
import { failed, FakeRun, passed, siteOf } from '../support/run-events.ts';

function timelineOf(events: readonly RunEvent[]): Timeline {
  const timeline = new Timeline();
  for (const event of events) timeline.apply(event);
  return timeline;
}

test('sessions, units, attempts and waits have their place and time from the start of the run', () => {
  const run = new FakeRun([siteOf('a'), siteOf('b')], ['works'])
    .session('s1')
    .add({ type: 'unit-started', unit: 0, slot: 0, siteIds: ['a', 'b'] })
    .attempt('a', [passed('works')])
    .add({ type: 'slot-idle', slot: 0, why: 'its host is busy' })
    .attempt('b', [failed('works')], { ending: 'timed-out' })
    .add({ type: 'grid-scaled', nodes: 2, reason: 'sites wait' })
    .add({ type: 'session-closed', sessionId: 's1', slot: 0, reason: 'done', siteCount: 2 })
    .ended();
  const timeline = timelineOf(run.events);
  assert.deepEqual(timeline.sessions(), [
    { sessionId: 's1', slot: 0, node: 'node-1', askedAt: 0, openedAt: 20, closedAt: 100, reason: 'done', siteCount: 2 },
  ]);
  assert.deepEqual(timeline.attempts, {
    site: [0, 1],
    attempt: [1, 1],
    slot: [0, 0],
    from: [40, 70],
    durationMs: [1235, 1235],
    ending: [0, 1],
  });
  assert.deepEqual(timeline.units, { unit: [0], slot: [0], from: [30], until: [80], siteCount: [2] });
  assert.deepEqual(timeline.allWaits(), [{ slot: 0, from: 60, until: 70, why: 'its host is busy' }]);
  assert.deepEqual(timeline.nodes, [{ at: 90, nodes: 2, reason: 'sites wait' }]);
});

test('what is still open ends with the newest event, and an amended attempt takes the place of the one it amends', () => {
  const run = new FakeRun([siteOf('a')], ['works']).session('s1').attempt('a', [passed('works')]);
  const ended = run.events.findLast((event) => event.type === 'attempt-ended');
  assert.ok(ended?.type === 'attempt-ended');
  run
    .add({ type: 'attempt-ended', slot: 0, amended: true, attempt: { ...ended.attempt, ending: 'faulted' } })
    .add({ type: 'slot-idle', slot: 0, why: 'waits' })
    .add({ type: 'notice', level: 'info', code: 'grid.image', text: 'x' });
  const timeline = timelineOf(run.events);
  assert.deepEqual(timeline.attempts.ending, [2]);
  assert.deepEqual(
    timeline.sessions().map(({ closedAt }) => closedAt),
    [70],
  );
  assert.deepEqual(
    timeline.allWaits().map(({ from, until }) => [from, until]),
    [[60, 70]],
  );
});

test('what an earlier run did, and what never got a session, is of no slot and no time of this run', () => {
  const run = new FakeRun([siteOf('a'), siteOf('b')], ['works'], { resumes: 'run-0' })
    .session('old')
    .attempt('a', [passed('works')], { sessionId: 'old', startedAt: 5 })
    .session('s1')
    .attempt('b', [passed('works')])
    .add({
      type: 'attempt-ended',
      slot: -1,
      attempt: {
        siteId: 'b',
        attempt: 2,
        arm: 'subject',
        ending: 'faulted',
        startedAt: 2_000_000,
        durationMs: 0,
        checks: [],
      },
    });
  const timeline = timelineOf(run.events);
  assert.deepEqual(timeline.attempts.site, [1]);
  assert.deepEqual(
    timeline.sessions().map(({ sessionId }) => sessionId),
    ['s1'],
  );
});

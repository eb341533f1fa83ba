import assert from 'node:assert/strict';
import { test } from 'node:test';
import { exitOf, outcomeOf, type RunOutcome } from '../../src/core/outcome.ts';
import { RunState } from '../../src/core/run-state.ts';
import { NO_COUNTS } from '../../src/core/verdict.ts';
import { FakeRun, passed, siteOf } from '../support/run-events.ts';

const GOOD: RunOutcome = {
  counts: { ...NO_COUNTS, passed: 3 },
  interrupted: false,
  refused: false,
  reportFailed: false,
  bug: false,
  failOnFlaky: false,
};

test('0: all passed, flaky and skipped ones too', () => {
  assert.equal(exitOf(GOOD).code, 0);
  assert.equal(exitOf({ ...GOOD, counts: { ...NO_COUNTS, flaky: 2, skipped: 1 } }).code, 0);
});
test('1: a check failed', () => assert.equal(exitOf({ ...GOOD, counts: { ...NO_COUNTS, failed: 1 } }).code, 1));
test('1: flaky with --fail-on-flaky', () =>
  assert.equal(exitOf({ ...GOOD, failOnFlaky: true, counts: { ...NO_COUNTS, flaky: 1 } }).code, 1));
test('2: refused', () => assert.equal(exitOf({ ...GOOD, refused: true }).code, 2));
test('3: errored', () => assert.equal(exitOf({ ...GOOD, counts: { ...NO_COUNTS, errored: 1 } }).code, 3));
test('3: not-run', () => assert.equal(exitOf({ ...GOOD, counts: { ...NO_COUNTS, 'not-run': 1 } }).code, 3));
test('4: a report could not be written', () => assert.equal(exitOf({ ...GOOD, reportFailed: true }).code, 4));
test('130: interrupted', () => assert.equal(exitOf({ ...GOOD, interrupted: true }).code, 130));
test('70: a bug', () => assert.equal(exitOf({ ...GOOD, bug: true }).code, 70));

test('where several hold: 70, 2, 130, 4, 1, 3, the first, and every one is named', () => {
  const parts: readonly (readonly [number, Partial<RunOutcome>])[] = [
    [70, { bug: true }],
    [2, { refused: true }],
    [130, { interrupted: true }],
    [4, { reportFailed: true }],
    [1, { counts: { ...NO_COUNTS, failed: 1, errored: 1 } }],
    [3, { counts: { ...NO_COUNTS, errored: 1 } }],
  ];
  for (const [index, [code]] of parts.entries()) {
    const outcome = parts.slice(index).reduceRight<RunOutcome>((sum, [, part]) => ({ ...sum, ...part }), GOOD);
    const exit = exitOf(outcome);
    assert.equal(exit.code, code);
    assert.equal(exit.reasons.length, parts.length - index);
  }
});

test('what a journal tells of the whole run', () => {
  const stateOf = (run: FakeRun): RunState => {
    const state = new RunState();
    for (const event of run.events) state.apply(event);
    return state;
  };
  const done = (): FakeRun =>
    new FakeRun([siteOf('a')], ['t'], { failOnFlaky: true }).attempt('a', [passed('t')]).judged('a');
  assert.deepEqual(outcomeOf(stateOf(done().ended())), {
    ...GOOD,
    counts: { ...NO_COUNTS, passed: 1 },
    failOnFlaky: true,
  });
  assert.equal(outcomeOf(stateOf(done())).interrupted, true, 'a journal without its end is of a run that was cut off');
  assert.equal(outcomeOf(stateOf(done().ended('interrupted'))).interrupted, true);
  const both = done()
    .add({ type: 'run-stopping', reason: 'max-failures', text: 'x' })
    .add({ type: 'run-stopping', reason: 'interrupted', text: 'y' });
  assert.equal(
    exitOf(outcomeOf(stateOf(both.ended('max-failures')))).code,
    130,
    'stopped by a limit, then by a person',
  );
  assert.equal(outcomeOf(stateOf(done().ended()), true).reportFailed, true);
  assert.equal(outcomeOf(stateOf(done().ended('', [{ code: 'runner.bug', cause: 'runner', message: 'x' }]))).bug, true);
});

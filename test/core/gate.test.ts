import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateEvents, gateOf, type Excuser } from '../../src/core/gate.ts';
import { exitOf, outcomeOf } from '../../src/core/outcome.ts';
import { RunState } from '../../src/core/run-state.ts';
import { tallyCases } from '../../src/core/case-tally.ts';
import { junitFiles } from '../../src/report/junit/junit.ts';
import { resultsText, type ResultsFile } from '../../src/results/results-json.ts';
import { FakeRun, errored, failed, passed, siteOf } from '../support/run-events.ts';

const TITLES = ['form is found', 'form works'];
const [one, two] = ['form is found', 'form works'] as const;

function stateOf(run: FakeRun): RunState {
  const state = new RunState();
  for (const event of run.events) state.apply(event);
  return state;
}

function run(): FakeRun {
  return new FakeRun(
    ['bad', 'half', 'dead', 'shaky', 'late', 'good'].map((id) => siteOf(id)),
    TITLES,
    { failOnFlaky: true },
  )
    .attempt('bad', [failed(one), passed(two)])
    .judged('bad')
    .attempt('half', [failed(one), failed(two)])
    .judged('half')
    .attempt('dead', [errored(one), errored(two)])
    .judged('dead')
    .attempt('shaky', [failed(one), passed(two)])
    .attempt('shaky', [passed(one), passed(two)])
    .judged('shaky')
    .judged('late')
    .attempt('good', [passed(one), passed(two)])
    .judged('good');
}

const verdicts = (state: RunState) => [...state.sites()].map(({ verdict }) => verdict);
const knows = (...known: readonly string[]): Excuser => ({
  excuse: (check, site) =>
    known.includes(site.siteId) || known.includes(`${site.siteId} ${check.title}`) ? 'known' : undefined,
});

test('a site gates by what is not excused of it', () => {
  const gates = gateOf(verdicts(stateOf(run())), {
    baseline: knows('bad', `half ${one}`, 'dead', 'shaky', 'late', 'good'),
  });
  assert.deepEqual(
    gates.map(({ siteId, counted, excused }) => [siteId, counted, excused.length]),
    [
      ['bad', 'passed', 1],
      ['half', 'failed', 1],
      ['dead', 'passed', 2],
      ['shaky', 'passed', 1],
      ['late', 'not-run', 0],
      ['good', 'passed', 0],
    ],
  );
});

test('an expectation is named before the baseline', () => {
  const [bad] = gateOf(verdicts(stateOf(run())), { baseline: knows('bad'), expectations: knows('bad') });
  assert.deepEqual(bad?.excused, [{ title: one, by: 'expectation', text: 'known' }]);
});

test('nothing is written where there is neither a baseline nor an expectation', () => {
  assert.deepEqual(gateEvents(verdicts(stateOf(run())), {}), []);
});

function gated(...known: readonly string[]): RunState {
  const made = run();
  for (const event of gateEvents(verdicts(stateOf(made)), { baseline: knows(...known) })) made.add(event);
  return stateOf(made.ended());
}

test('the exit code counts only what gates, by the journal alone', () => {
  assert.equal(exitOf(outcomeOf(gated())).code, 1);
  assert.equal(exitOf(outcomeOf(gated('bad', 'half', 'shaky'))).code, 3, 'errored and not-run are left');
  assert.equal(exitOf(outcomeOf(gated('bad', 'half', 'dead'))).code, 1, 'a flaky one with --fail-on-flaky is left');
  const all = gated('bad', 'half', 'dead', 'shaky', 'late', 'good');
  assert.deepEqual(
    exitOf(outcomeOf(all)).reasons,
    ['some sites errored or were not run'],
    'what was not run is not excused',
  );
  assert.deepEqual(
    all.counts(),
    { passed: 1, flaky: 1, failed: 2, errored: 1, skipped: 0, 'not-run': 1 },
    'verdicts stay what they are',
  );
});

test('JUnit has an excused failure as skipped with all that is known; counts agree with results.json', () => {
  const state = gated('bad', 'dead', 'shaky');
  const xml = [...junitFiles(state, '', Infinity)].flat().join('');
  assert.match(xml, /<skipped type="gridrun\.baseline" message="known failure: known">check\.failed: no\n/);
  assert.match(
    xml,
    /<skipped type="gridrun\.baseline" message="known failure: known">site\.unreachable: net::ERR_NAME_NOT_RESOLVED</,
  );
  assert.match(xml, /flakyFailure/);
  assert.deepEqual(tallyCases(state), { tests: 12, failures: 2, errors: 2, skipped: 3 });
  const results = JSON.parse([...resultsText(state)].join('')) as ResultsFile;
  assert.deepEqual(results.cases, tallyCases(state));
  assert.deepEqual(results.sites[0]?.excused, [{ title: one, by: 'baseline', text: 'known' }]);
  assert.equal(results.sites[1]?.excused, undefined);
  assert.equal(results.exitCode, 1);
});

test('an event for a site that was never planned is passed over', () => {
  const state = stateOf(run().add({ type: 'site-excused', siteId: 'nobody', checks: [] }).ended());
  assert.equal(exitOf(outcomeOf(state)).code, 1);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foldEvents } from '../../src/results/fold.ts';
import { parseJournal } from '../../src/results/replay.ts';
import { resultsText, type ResultsFile } from '../../src/results/results-json.ts';
import { FakeRun, failed, passed, siteOf, variedRun } from '../support/run-events.ts';

const resultsOf = async (run: FakeRun): Promise<ResultsFile> =>
  JSON.parse([...resultsText(await foldEvents(run.events))].join(''));

test('every planned site is there once, in the order of the list, with its verdict', async () => {
  const results = await resultsOf(variedRun().ended());
  assert.deepEqual(
    results.sites.map(({ id, verdict, cause, code }) => [id, verdict, cause, code]),
    [
      ['good', 'passed', undefined, undefined],
      ['flaky', 'flaky', 'check', 'check.failed'],
      ['rescued', 'flaky', 'check', undefined],
      ['bad', 'failed', 'check', 'check.failed'],
      ['gone', 'errored', 'site', 'site.unreachable'],
      ['left', 'skipped', undefined, undefined],
      ['late', 'passed', undefined, undefined],
      ['cut', 'errored', 'grid', 'grid.session-lost'],
    ],
  );
  assert.deepEqual(results.counts, { passed: 2, flaky: 2, failed: 1, errored: 2, skipped: 1, 'not-run': 0 });
  assert.deepEqual(results.cases, { tests: 16, failures: 1, errors: 3, skipped: 3 });
  assert.equal(results.exitCode, 1);
  assert.deepEqual(results.reasons, ['a check failed', 'some sites errored or were not run']);
  assert.equal(results.sessions[0]?.siteCount, 8);
});

test('the duration to plan by is that of the last attempt that did not fault', async () => {
  const run = new FakeRun([siteOf('a'), siteOf('b')], ['t'])
    .attempt('a', [failed('t')], { durationMs: 100 })
    .attempt('a', [passed('t')], { durationMs: 70 })
    .attempt('a', [], { durationMs: 9000, ending: 'faulted' })
    .attempt('b', [], { durationMs: 9000, ending: 'faulted' });
  const [a, b] = (await resultsOf(run)).sites;
  assert.deepEqual([a?.durationMs, a?.totalMs, b?.durationMs], [70, 9170, undefined]);
});

test('an amended verdict takes the place of the first', async () => {
  const run = new FakeRun([siteOf('a')], ['t'])
    .attempt('a', [passed('t')])
    .judged('a')
    .attempt('a', [failed('t')], { attempt: 1 });
  const attempt = run.events.findLast((event) => event.type === 'attempt-ended');
  assert.ok(attempt?.type === 'attempt-ended');
  const amended = {
    siteId: 'a',
    verdict: 'failed',
    checks: [{ title: 't', status: 'failed', flaky: false, durationMs: 1 }],
    attempts: 1,
    durationMs: 1,
  } as const;
  const results = await resultsOf(run.add({ type: 'site-judged', amended: true, verdict: amended }).ended());
  assert.deepEqual(results.counts, { passed: 0, flaky: 0, failed: 1, errored: 0, skipped: 0, 'not-run': 0 });
  assert.equal(results.sites.length, 1);
});

test('a run with no site, and a journal with nothing in it, are valid too', async () => {
  assert.deepEqual((await resultsOf(new FakeRun([], ['t']).ended())).sites, []);
  assert.equal(JSON.parse([...resultsText(await foldEvents([]))].join('')).exitCode, 130);
});

test('sites that bail kept from starting are skipped cases, those that an interruption did are errors', async () => {
  const planned = (): FakeRun => new FakeRun([siteOf('a'), siteOf('b')], ['t']).attempt('a', [failed('t')]).judged('a');
  const bailed = await resultsOf(
    planned()
      .add({ type: 'run-stopping', reason: 'max-failures', text: 'stopped by --max-failures 1' })
      .ended('max-failures'),
  );
  assert.deepEqual(bailed.cases, { tests: 2, failures: 1, errors: 0, skipped: 1 });
  assert.equal(bailed.sites[1]?.checks[0]?.reason, 'stopped by --max-failures 1');
  const cut = await resultsOf(
    planned().add({ type: 'run-stopping', reason: 'interrupted', text: 'interrupted' }).ended('interrupted'),
  );
  assert.deepEqual(cut.cases, { tests: 2, failures: 1, errors: 1, skipped: 0 });
});

test('made live and made again from the journal, the text is the same', async () => {
  for (const run of [variedRun().ended(), variedRun()]) {
    const live = [...resultsText(await foldEvents(run.events))].join('');
    const again = [...resultsText(await foldEvents(parseJournal([run.journal()], 'events.ndjson')))].join('');
    assert.equal(again, live);
  }
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compareRuns } from '../../../src/results/compare.ts';
import { runOf, type EarlierRun } from '../../../src/results/earlier-runs.ts';
import { foldEvents } from '../../../src/results/fold.ts';
import { compareText } from '../../../src/report/look-back/compare-text.ts';
import { FakeRun, errored, failed, passed, siteOf } from '../../support/run-events.ts';

const earlier = async (run: FakeRun): Promise<EarlierRun> => runOf(await foldEvents(run.events));

test('what is new comes first, with the check and why; then the rest, the counts and what gates', async () => {
  const before = new FakeRun(
    ['a', 'b', 'c', 'd', 'gone'].map((id) => siteOf(id)),
    ['t', 'u'],
    { run: 'night-1' },
  )
    .attempt('a', [passed('t'), passed('u')])
    .judged('a')
    .attempt('b', [failed('t'), passed('u')])
    .judged('b')
    .attempt('c', [failed('t'), passed('u')])
    .judged('c')
    .attempt('d', [passed('t'), passed('u')])
    .judged('d')
    .attempt('gone', [passed('t'), passed('u')])
    .judged('gone');
  const now = new FakeRun(
    ['a', 'b', 'c', 'd', 'new'].map((id) => siteOf(id)),
    ['t', 'u'],
    { run: 'night-2', at: 86_400_000 },
  )
    .attempt('a', [passed('t'), failed('u', 'no\u001b[31m form\nsecond line')])
    .judged('a')
    .attempt('b', [failed('t'), failed('u', 'broken')])
    .judged('b')
    .attempt('c', [passed('t'), passed('u')])
    .judged('c')
    .attempt('d', [failed('t'), passed('u')])
    .attempt('d', [passed('t'), passed('u')])
    .judged('d')
    .attempt('new', [errored('t'), passed('u')])
    .judged('new');
  const text = compareText(compareRuns([await earlier(before)], await earlier(now)), { color: false });
  assert.equal(
    text,
    `before: night-1 of 1970-01-01 00:16 UTC
after:  night-2 of 1970-01-02 00:00 UTC

new failures (2)
  ✗ a (passed → failed) https://a.example/
      u (passed → failed): no form
  ! new (absent → errored) https://new.example/
      t (absent → errored): net::ERR_NAME_NOT_RESOLVED

failed before, and now in other checks too (1)
  ✗ b (failed → failed) https://b.example/
      u (passed → failed): broken

newly flaky (1)
  ± d (passed → flaky) https://d.example/
      t (passed → flaky): no

fixed (1)
  ✓ c (failed → passed) https://c.example/
      t (failed → passed)

removed (1)
  · gone (passed → absent) https://gone.example/

6 sites: 2 newly failing, 1 still not passing, 1 fixed, 1 newly flaky, 1 removed
3 sites with new failures
`,
  );
});

test('nothing new, long lists and several earlier runs', async () => {
  const ids = Array.from({ length: 60 }, (_, index) => `s${index}`);
  const night = (at: number): FakeRun => {
    const run = new FakeRun(
      ids.map((id) => siteOf(id)),
      ['t'],
      { at },
    );
    for (const id of ids) run.attempt(id, [failed('t')]).judged(id);
    return run;
  };
  const text = compareText(
    compareRuns([await earlier(night(1)), await earlier(night(2)), await earlier(night(3))], await earlier(night(4))),
    { color: false },
  );
  assert.match(text, /, and 2 earlier runs\n/);
  assert.match(text, /still not passing \(60\)\n/);
  assert.match(text, / {2}… and 10 more: --json lists all\n/);
  assert.match(text, /\n60 sites: 60 still not passing\nno new failures\n$/);
});

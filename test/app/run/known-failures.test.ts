import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { exitOf, outcomeOf } from '../../../src/core/outcome.ts';
import { RunState } from '../../../src/core/run-state.ts';
import { History } from '../../../src/history/history.ts';
import { Multiplexer } from '../../../src/report/multiplexer.ts';
import { foldEvents } from '../../../src/results/fold.ts';
import { knownFailureEvents, readKnownFailures } from '../../../src/app/run/known-failures.ts';
import { readHistory, RunHistory } from '../../../src/app/run/history.ts';
import { FakeRun, failed, passed, siteOf } from '../../support/run-events.ts';

const cwd = mkdtempSync(join(tmpdir(), 'gridrun-gate-'));
after(() => rmSync(cwd, { recursive: true, force: true }));

function night(): FakeRun {
  return new FakeRun(
    ['old', 'known', 'new'].map((id) => siteOf(id)),
    ['t'],
  )
    .attempt('old', [failed('t')])
    .judged('old')
    .attempt('known', [failed('t')])
    .judged('known')
    .attempt('new', [failed('t')])
    .judged('new');
}

const WHOLE = { index: 1, total: 1 };

test('a baseline and expectations from files, in the journal and the exit code', async () => {
  writeFileSync(
    join(cwd, 'events.ndjson'),
    new FakeRun([siteOf('old'), siteOf('new')], ['t'])
      .attempt('old', [failed('t')])
      .judged('old')
      .attempt('new', [passed('t')])
      .judged('new')
      .ended()
      .journal(),
  );
  writeFileSync(
    join(cwd, 'e.yaml'),
    '- {site: known, reason: x, owner: ada, until: 1970-01-01}\n- {site: gone, reason: x, owner: ada, until: 1970-01-01}\n',
  );
  const known = await readKnownFailures({
    cwd,
    baseline: '.',
    baselineNights: 3,
    shard: WHOLE,
    expectations: 'e.yaml',
  });
  const events = knownFailureEvents(await foldEvents(night().events), known, {
    known: { sites: new Set(['old', 'known', 'new']) },
  });
  assert.deepEqual(
    events.map((event) =>
      event.type === 'site-excused' ? [event.siteId, event.checks[0]?.by] : event.type === 'notice' ? event.code : '',
    ),
    [['old', 'baseline'], ['known', 'expectation'], 'expectations.unknown'],
  );
  const run = night();
  for (const event of events) run.add(event);
  assert.deepEqual((await foldEvents(run.ended().events)).countedCounts(), {
    passed: 2,
    flaky: 0,
    failed: 1,
    errored: 0,
    skipped: 0,
    'not-run': 0,
  });
});

test('a run that nothing new went wrong in ends with 0', async () => {
  const known = await readKnownFailures({ cwd, baseline: '.', baselineNights: 1, shard: WHOLE });
  const run = new FakeRun([siteOf('old')], ['t']).attempt('old', [failed('t')]).judged('old');
  for (const event of knownFailureEvents(await foldEvents(run.events), known, {})) run.add(event);
  assert.equal(exitOf(outcomeOf(await foldEvents(run.ended().events))).code, 0);
});

test('a baseline that had another browser is told of', async () => {
  const known = await readKnownFailures({ cwd, baseline: '.', baselineNights: 1, shard: WHOLE });
  const said = async (chrome: 'shell' | 'full'): Promise<unknown> => {
    const run = new FakeRun([siteOf('old')], ['t'], { chrome }).attempt('old', [passed('t')]).judged('old');
    const events = knownFailureEvents(await foldEvents(run.events), known, {});
    return events.flatMap((event) => (event.type === 'notice' ? [event.text] : []));
  };
  assert.deepEqual(await said('full'), []);
  assert.deepEqual(await said('shell'), [
    "the baseline had another browser (full Chrome, now headless shell): a difference may be the browser's",
  ]);
});

test('a shard is no baseline of a whole run, or of another shard', async () => {
  const folder = join(cwd, 'shard-1');
  mkdirSync(folder);
  const shard = { index: 1, total: 4 };
  const run = new FakeRun([siteOf('old')], ['t'], { shard })
    .attempt('old', [failed('t')])
    .judged('old')
    .ended();
  writeFileSync(join(folder, 'events.ndjson'), run.journal());
  const read = (present: typeof shard): Promise<unknown> =>
    readKnownFailures({ cwd, baseline: 'shard-1', baselineNights: 1, shard: present });
  await assert.rejects(read(WHOLE), { code: 'baseline.shards', message: /is shard 1\/4, and this is a whole run/ });
  await assert.rejects(read({ index: 2, total: 4 }), { code: 'baseline.shards', message: /this is shard 2\/4/ });
  assert.ok('baseline' in ((await read(shard)) as object));
  rmSync(folder, { recursive: true });
});

test('the mistakes of both are named at once', async () => {
  writeFileSync(join(cwd, 'wrong.yaml'), '- site: a\n');
  await assert.rejects(
    readKnownFailures({ cwd, baseline: 'nowhere', baselineNights: 1, shard: WHOLE, expectations: 'wrong.yaml' }),
    (error: { mistakes: string[] }) => {
      assert.match(error.mistakes.join('\n'), /there is no folder .*nowhere[^]*wrong\.yaml:1:3: reason is missing/);
      return true;
    },
  );
  assert.deepEqual(await readKnownFailures({ cwd, baselineNights: 1, shard: WHOLE }), {});
});

test('a run feeds the history at its end; a broken history is told of and keeps no run from starting', async () => {
  const path = join(cwd, 'history.sqlite');
  const state = new RunState();
  assert.deepEqual(readHistory(path), { durations: new Map(), earlier: new Map() });
  const all = new Multiplexer(state, [{ name: 'history', reporter: new RunHistory(path, state) }]);
  for (const event of night().ended().events) all.onEvent(event);
  await all.finish();
  assert.deepEqual(all.failures, []);
  {
    using history = History.open(path);
    assert.equal(history.story('new').runs.length, 1);
  }
  assert.equal(readHistory(path).durations.size, 3);
  writeFileSync(path, 'broken'.repeat(1000));
  const { notice, durations } = readHistory(path);
  assert.equal(durations.size, 0);
  assert.match(
    notice?.type === 'notice' ? notice.text : '',
    /is damaged: .*; rebuild it from the journals: gridrun history --rebuild/,
  );
});

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { changeOf, comparisonOutcome, gates, type Change, type Standing } from '../../src/core/comparison.ts';
import type { CheckResult } from '../../src/core/attempt.ts';
import { exitOf } from '../../src/core/outcome.ts';
import { FailuresBefore } from '../../src/results/baseline.ts';
import { compareText } from '../../src/report/look-back/compare-text.ts';
import { compareRuns } from '../../src/results/compare.ts';
import { readBaseline, readRun, runOf, type EarlierRun } from '../../src/results/earlier-runs.ts';
import { foldEvents } from '../../src/results/fold.ts';
import { resultsText } from '../../src/results/results-json.ts';
import { FakeRun, errored, failed, passed, siteOf } from '../support/run-events.ts';

const folder = mkdtempSync(join(tmpdir(), 'gridrun-compare-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** A run in which one check of one site stands so. */
function runWith(standings: Readonly<Record<string, Standing>>, titles = ['t'], night = 1): FakeRun {
  const there = Object.entries(standings).filter(([, standing]) => standing !== 'absent');
  const sites = there.map(([id, standing]) => siteOf(id, standing === 'skipped' ? { skip: 'left out' } : {}));
  const run = new FakeRun(sites, titles, { run: `run-${night}`, at: night * 1000 });
  for (const [id, standing] of there) {
    const results = (make: (title: string) => CheckResult): CheckResult[] => titles.map((title) => make(title));
    if (standing === 'passed')
      run.attempt(
        id,
        results((title) => passed(title)),
      );
    if (standing === 'failed')
      run.attempt(
        id,
        results((title) => failed(title)),
      );
    if (standing === 'errored')
      run.attempt(
        id,
        results((title) => errored(title)),
      );
    if (standing === 'flaky')
      run
        .attempt(
          id,
          results((title) => failed(title)),
        )
        .attempt(
          id,
          results((title) => passed(title)),
        );
    run.judged(id);
  }
  return run.ended();
}

const earlier = async (run: FakeRun): Promise<EarlierRun> => runOf(await foldEvents(run.events));
const standing = async (standings: Readonly<Record<string, Standing>>, night = 1): Promise<EarlierRun> =>
  earlier(runWith(standings, ['t'], night));

/** Every cell again, as a person would fill it in: the row before, the column after, in the order of the rows. */
const EXPECTED: Readonly<Record<Standing, string>> = {
  passed: 'still-passing newly-flaky new-failure new-failure left-out left-out removed',
  flaky: 'steady-again still-flaky new-failure new-failure left-out left-out removed',
  failed: 'fixed newly-flaky still-failing still-failing not-tried-again not-tried-again removed',
  errored: 'fixed newly-flaky new-failure still-failing not-tried-again not-tried-again removed',
  skipped: 'back newly-flaky new-failure new-failure still-left-out still-left-out removed',
  'not-run': 'back newly-flaky new-failure new-failure still-left-out still-left-out removed',
  absent: 'added newly-flaky new-failure new-failure added added in-neither',
};
const STANDINGS = Object.keys(EXPECTED) as Standing[];

for (const before of STANDINGS) {
  for (const [column, now] of STANDINGS.entries()) {
    const change = EXPECTED[before].split(' ')[column] as Change;
    test(`${before} → ${now}: ${change}`, async () => {
      assert.equal(changeOf(before, now), change);
      const comparison = compareRuns([await standing({ a: before })], await standing({ a: now }, 2));
      const [site] = comparison.sites;
      if (before === 'absent' && now === 'absent') {
        assert.equal(site, undefined);
        return;
      }
      assert.deepEqual([site?.siteId, site?.before, site?.after, site?.change], ['a', before, now, change]);
      assert.deepEqual(
        site?.checks.map((check) => [check.title, check.before, check.after, check.change]),
        [['t', before, now, change]],
      );
      assert.equal(comparison.siteCounts[change], 1);
      assert.equal(comparison.checkCounts[change], 1);
      assert.equal(gates(comparison).length, change === 'new-failure' ? 1 : 0);
      const isTried = !['skipped', 'not-run', 'absent'].includes(now);
      const code = change === 'new-failure' ? (now === 'failed' ? 1 : 3) : isTried ? 0 : 3;
      assert.equal(exitOf(comparisonOutcome(comparison)).code, code);
    });
  }
}

test('what failed in any of the nights gates nothing; what changed is told from the newest', async () => {
  const nights = [
    await standing({ a: 'failed', b: 'passed', c: 'errored' }, 1),
    await standing({ a: 'passed', b: 'passed', c: 'failed' }, 3),
    await standing({ a: 'passed', b: 'passed', c: 'passed' }, 2),
  ];
  const comparison = compareRuns(nights, await standing({ a: 'failed', b: 'failed', c: 'passed' }, 4));
  assert.deepEqual(
    comparison.before.map(({ run }) => run),
    ['run-3', 'run-2', 'run-1'],
  );
  assert.deepEqual(
    comparison.sites.map(({ siteId, change, gates: isGating }) => [siteId, change, isGating]),
    [
      ['a', 'failing-again', false],
      ['b', 'new-failure', true],
      ['c', 'fixed', false],
    ],
  );
});

test('a site that failed before gates where another of its checks fails now', async () => {
  const before = await earlier(
    new FakeRun([siteOf('a')], ['one', 'two'])
      .attempt('a', [failed('one'), passed('two')])
      .judged('a')
      .ended(),
  );
  const now = await earlier(
    new FakeRun([siteOf('a')], ['one', 'two'])
      .attempt('a', [failed('one'), failed('two')])
      .judged('a')
      .ended(),
  );
  const [site] = compareRuns([before], now).sites;
  assert.deepEqual(
    [site?.change, site?.gates, site?.checks.map(({ change }) => change)],
    ['still-failing', true, ['still-failing', 'new-failure']],
  );
  assert.equal(compareRuns([now], now).sites[0]?.gates, false);
});

test('a dead site does not gate by a check that is new, a failed check of it does', async () => {
  const before = await earlier(runWith({ a: 'errored', b: 'errored' }));
  const now = new FakeRun([siteOf('a'), siteOf('b')], ['t', 'new'])
    .attempt('a', [errored('t'), errored('new')])
    .judged('a')
    .attempt('b', [passed('t'), failed('new')])
    .judged('b')
    .ended();
  assert.deepEqual(
    gates(compareRuns([before], await earlier(now))).map(({ siteId }) => siteId),
    ['b'],
  );
});

test('a fault of the grid in an earlier run is no knowledge of the site', async () => {
  const lost = { ending: 'faulted', fault: { code: 'grid.session-lost', cause: 'grid', message: 'gone' } } as const;
  const before = await earlier(
    new FakeRun([siteOf('a'), siteOf('b')], ['t'])
      .attempt('a', [], lost)
      .judged('a')
      .attempt('b', [], lost)
      .judged('b')
      .ended(),
  );
  const comparison = compareRuns([before], await standing({ a: 'failed', b: 'passed' }, 2));
  assert.deepEqual(
    comparison.sites.map(({ before: was, change, gates: isGating }) => [was, change, isGating]),
    [
      ['not-run', 'new-failure', true],
      ['not-run', 'back', false],
    ],
  );
});

test('a site is not fixed if a check that failed is skipped or gone', async () => {
  const before = new FakeRun([siteOf('a')], ['one', 'two']).attempt('a', [failed('one'), failed('two')]).judged('a');
  const skipped = { title: 'two', status: 'skipped', durationMs: 0 } as const;
  const changeWith = async (now: FakeRun): Promise<unknown> =>
    compareRuns([await earlier(before.ended())], await earlier(now.judged('a').ended())).sites[0]?.change;
  const both = new FakeRun([siteOf('a')], ['one', 'two']);
  assert.equal(await changeWith(both.attempt('a', [passed('one'), skipped])), 'not-tried-again');
  assert.equal(await changeWith(new FakeRun([siteOf('a')], ['one']).attempt('a', [passed('one')])), 'not-tried-again');
  const flaky = new FakeRun([siteOf('b')], ['one', 'two'])
    .attempt('b', [passed('one'), failed('two')])
    .attempt('b', [passed('one'), passed('two')])
    .judged('b');
  const steady = new FakeRun([siteOf('b')], ['one', 'two']).attempt('b', [passed('one'), skipped]).judged('b');
  const [site] = compareRuns([await earlier(flaky.ended())], await earlier(steady.ended())).sites;
  assert.deepEqual([site?.before, site?.change], ['flaky', 'not-tried-again']);
  const flakyNow = new FakeRun([siteOf('a')], ['one', 'two']).attempt('a', [failed('one'), skipped]);
  assert.equal(await changeWith(flakyNow.attempt('a', [passed('one'), skipped])), 'not-tried-again');
  const fixed = new FakeRun([siteOf('a')], ['one', 'two']).attempt('a', [passed('one'), passed('two')]);
  assert.equal(await changeWith(fixed), 'fixed');
});

const byBuild = <Check extends object>(check: Check): Check & { cause: 'extension' } => ({
  ...check,
  cause: 'extension',
});

test('that the page failed before does not excuse a build that breaks it now', async () => {
  const known = new FailuresBefore([await earlier(runWith({ a: 'failed' }))]);
  const site = { siteId: 'a', verdict: 'failed', cause: 'extension' } as const;
  const check = { title: 't', status: 'failed', flaky: false, attempts: 1, durationMs: 1 } as const;
  assert.match(known.excuse({ ...check, cause: 'check' }, site) ?? '', /failed in the baseline too/);
  assert.equal(known.excuse({ ...check, cause: 'extension' }, site), undefined);
  const blamed = await earlier(runWith({ a: 'failed' }));
  const broken = { ...blamed, sites: blamed.sites.map((one) => ({ ...one, checks: one.checks.map(byBuild) })) };
  assert.match(
    new FailuresBefore([broken]).excuse({ ...check, cause: 'extension' }, site) ?? '',
    /failed in the baseline/,
  );
});

test('half an answer of a stopped night excuses nothing: the next attempt may have passed', async () => {
  const site = { siteId: 'a', verdict: 'failed', cause: 'check' } as const;
  const check = { title: 't', status: 'failed', cause: 'check', flaky: false, durationMs: 1 } as const;
  const night = runWith({ a: 'failed' });
  const whole = await earlier(night);
  assert.match(new FailuresBefore([whole]).excuse(check, site) ?? '', /failed in the baseline too/);
  const { verdict } = night.events.find((event) => event.type === 'site-judged')!;
  night.add({ type: 'site-judged', amended: true, verdict: { ...verdict, stoppedBy: 'interrupted' } });
  const cut = JSON.parse([...resultsText(await foldEvents(night.events))].join('')) as EarlierRun;
  assert.equal(cut.sites[0]?.stoppedBy, 'interrupted');
  assert.equal(new FailuresBefore([cut]).excuse(check, site), undefined);
  assert.equal(gates(compareRuns([cut], whole)).length, 1);
});

test('compare says that the two runs had other browsers, and only then', async () => {
  const [before, after] = [await standing({ a: 'passed' }, 1), await standing({ a: 'passed' }, 2)];
  const text = (earlierRun: EarlierRun, later: EarlierRun): string =>
    compareText(compareRuns([earlierRun], later), { color: false });
  assert.match(
    text({ ...before, chrome: 'full' }, { ...after, chrome: 'shell' }),
    /\nbrowser: full Chrome before, headless shell after; to compare alike, run with --chrome full\n/,
  );
  assert.doesNotMatch(text({ ...before, chrome: 'full' }, after), /browser:/);
});

test('what failed before does not excuse an undecided check that fails only with the build', async () => {
  const before = await earlier(runWith({ a: 'failed' }));
  const loads = { subject: { failed: 6, all: 6 }, control: { failed: 0, all: 5 } };
  const arms = { check: 't', ...loads, pairs: { subjectOnly: 5, controlOnly: 0, both: 0, all: 5 } };
  const check = { title: 't', status: 'errored', flaky: false, durationMs: 1, cause: 'check' } as const;
  const site = { siteId: 'a', verdict: 'errored', cause: 'check', attribution: 'undecided', arms } as const;
  assert.equal(new FailuresBefore([before]).excuse(check, site), undefined);
  const noisy = { ...site, arms: { ...arms, control: { failed: 1, all: 5 } } };
  assert.match(new FailuresBefore([before]).excuse(check, noisy) ?? '', /failed in the baseline too/);
  const undecided = { ...before, sites: before.sites.map((one) => ({ ...one, ...site, checks: [check] })) };
  assert.match(new FailuresBefore([undecided]).excuse(check, site) ?? '', /failed in the baseline too/);
  assert.equal(
    new FailuresBefore([undecided]).excuse({ ...check, status: 'failed', cause: 'extension' }, site),
    undefined,
  );
});

test('compare: a build that breaks a page that failed before is a new failure', async () => {
  const before = await earlier(runWith({ a: 'failed' }));
  const now = await earlier(runWith({ a: 'failed' }, ['t'], 2));
  const broken = { ...now, sites: now.sites.map((one) => ({ ...one, checks: one.checks.map(byBuild) })) };
  assert.deepEqual(
    compareRuns([before], broken).sites.map(({ checks, gates: isGating }) => [checks[0]?.change, isGating]),
    [['new-failure', true]],
  );
  assert.equal(compareRuns([before], now).sites[0]?.change, 'still-failing');
  assert.equal(compareRuns([broken], broken).sites[0]?.change, 'still-failing');
});

test('a check that the build made flaky before is known as flaky, whoever is to blame', async () => {
  const site = { siteId: 'a', verdict: 'flaky', cause: 'extension' } as const;
  const check = { title: 't', status: 'passed', flaky: true, attempts: 2, durationMs: 1 } as const;
  const flaky = await earlier(runWith({ a: 'flaky' }));
  const ofBuild = { ...flaky, sites: flaky.sites.map((one) => ({ ...one, checks: one.checks.map(byBuild) })) };
  const known = (before: EarlierRun, cause: 'check' | 'extension'): boolean =>
    new FailuresBefore([before]).excuse({ ...check, cause }, site) !== undefined;
  assert.deepEqual(
    [known(flaky, 'check'), known(flaky, 'extension'), known(ofBuild, 'check'), known(ofBuild, 'extension')],
    [true, false, true, true],
  );
});

test('a site that was down before does not excuse a check that fails now; what the grid lost tells nothing', async () => {
  const down = new FailuresBefore([await earlier(runWith({ a: 'errored' }))]);
  const site = { siteId: 'a', verdict: 'failed', cause: 'check' } as const;
  const check = { title: 't', flaky: false, attempts: 1, durationMs: 1 } as const;
  assert.equal(down.excuse({ ...check, status: 'failed' }, site), undefined);
  assert.match(
    down.excuse({ ...check, status: 'errored', cause: 'site' }, { ...site, verdict: 'errored' }) ?? '',
    /baseline/,
  );
  const lost = { ending: 'faulted', fault: { code: 'grid.session-lost', cause: 'grid', message: 'gone' } } as const;
  const now = new FakeRun([siteOf('a'), siteOf('b')], ['t']).attempt('a', [], lost).attempt('b', [passed('t')]);
  const comparison = compareRuns(
    [await standing({ a: 'passed', b: 'passed' })],
    await earlier(now.judged('a').judged('b').ended()),
  );
  assert.deepEqual(
    comparison.sites.map(({ change, gates: isGating }) => [change, isGating]),
    [
      ['left-out', false],
      ['still-passing', false],
    ],
  );
  assert.equal(exitOf(comparisonOutcome(comparison)).code, 3);
});

test('a site that a merge lacks was not removed: it has no answer', async () => {
  const before = await standing({ a: 'passed', b: 'failed' });
  const now = await standing({ a: 'passed' }, 2);
  assert.equal(exitOf(comparisonOutcome(compareRuns([before], now))).code, 0);
  for (const code of ['merge.missing', 'merge.foreign', 'merge.rerun', 'merge.empty', 'merge.unreadable'] as const) {
    const merged = compareRuns([before], { ...now, faults: [{ code, cause: 'runner', message: 'not all' }] });
    assert.deepEqual(
      merged.sites.map(({ siteId, after, change }) => [siteId, after, change]),
      [
        ['a', 'passed', 'still-passing'],
        ['b', 'not-run', 'not-tried-again'],
      ],
    );
    assert.equal(exitOf(comparisonOutcome(merged)).code, 3);
    assert.equal(merged.after.lacks, 'merge');
  }
});

test('checks that only one of the runs has are added and removed', async () => {
  const before = await earlier(runWith({ a: 'passed' }, ['old', 'both']));
  const now = await earlier(runWith({ a: 'passed' }, ['both', 'fresh']));
  assert.deepEqual(
    compareRuns([before], now).sites[0]?.checks.map(({ title, change }) => [title, change]),
    [
      ['both', 'still-passing'],
      ['fresh', 'added'],
      ['old', 'removed'],
    ],
  );
});

async function write(
  name: string,
  run: FakeRun,
  files: readonly ('results.json' | 'events.ndjson')[],
): Promise<string> {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  if (files.includes('results.json'))
    writeFileSync(join(path, 'results.json'), [...resultsText(await foldEvents(run.events))].join(''));
  if (files.includes('events.ndjson')) writeFileSync(join(path, 'events.ndjson'), run.journal());
  return path;
}

test('a run is the same from results.json and from its journal', async () => {
  const run = runWith({ a: 'passed', b: 'failed', c: 'flaky', d: 'skipped', e: 'errored', f: 'not-run' });
  const results = await readRun(await write('from-results', run, ['results.json']));
  assert.deepEqual(await readRun(await write('from-journal', run, ['events.ndjson'])), results);
  assert.deepEqual(
    results.sites.map(({ verdict }) => verdict),
    ['passed', 'failed', 'flaky', 'skipped', 'errored', 'not-run'],
  );
});

test('a baseline is one results folder, or the newest of several', async () => {
  const single = await write('single', runWith({ a: 'passed' }), ['results.json']);
  assert.deepEqual(
    (await readBaseline(single, 3)).map(({ run }) => run),
    ['run-1'],
  );
  for (const night of [2, 5, 3, 4])
    await write(`nights/n${night}`, runWith({ a: 'passed' }, ['t'], night), [
      night % 2 === 0 ? 'results.json' : 'events.ndjson',
    ]);
  mkdirSync(join(folder, 'nights/empty'));
  assert.deepEqual(
    (await readBaseline(join(folder, 'nights'), 3)).map(({ run }) => run),
    ['run-5', 'run-4', 'run-3'],
  );
  assert.equal((await readBaseline(join(folder, 'nights'), 10)).length, 4);
});

test('a results file may begin with a byte order mark, as some editors and shells write it', async () => {
  await write('marked', new FakeRun([siteOf('a')], ['t']).ended(), ['results.json']);
  const path = join(folder, 'marked', 'results.json');
  writeFileSync(path, `\uFEFF${readFileSync(path, 'utf8')}`);
  assert.equal((await readRun(join(folder, 'marked'))).sites.length, 1);
});

test('refusals: nothing there, something else there, a broken file, a newer one, shards that were not merged', async () => {
  mkdirSync(join(folder, 'empty'));
  const put = (name: string, text: string): string => {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'results.json'), text);
    return join(folder, name);
  };
  for (const part of [1, 2]) {
    const run = new FakeRun([siteOf('a')], ['t'], { run: `part-${part}`, shard: { index: part, total: 2 } }).ended();
    await write(`shards/${part}`, run, ['results.json']);
  }
  const refuses = (path: string, message: RegExp): Promise<void> =>
    assert.rejects(readBaseline(path, 3), { answer: 'refuse', message });
  if (process.platform !== 'win32') {
    // A pipe without a writer: to open it would take for ever.
    mkdirSync(join(folder, 'pipe'));
    execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', join(folder, 'pipe', 'results.json')]);
    await refuses(join(folder, 'pipe'), /pipe.results\.json cannot be read: it is not a file/);
  }
  await refuses(join(folder, 'nowhere'), /there is no folder .*nowhere/);
  await refuses(join(folder, 'empty'), /the baseline .*empty has no results/);
  await refuses(put('torn', '{"version": 1, "run"'), /torn.results\.json cannot be read/);
  writeFileSync(join(folder, 'torn', 'events.ndjson'), '');
  await assert.rejects(readRun(join(folder, 'torn')), {
    code: 'results.unreadable',
    hint: 'remove the file: gridrun then replays events.ndjson',
  });
  mkdirSync(join(folder, 'unstarted'));
  writeFileSync(join(folder, 'unstarted', 'events.ndjson'), '');
  await refuses(join(folder, 'unstarted'), /unstarted.events\.ndjson has no run/);
  await refuses(put('other', '[]'), /is not a results file of gridrun: not a JSON object/);
  await refuses(put('newer', '{"version": 99}'), /its version is 99, of a newer gridrun/);
  await refuses(
    put(
      'sites',
      '{"version":1,"run":"r","startedAt":1,"shard":{"index":1,"total":1},"faults":[],"siteCount":1,"checks":[],"extensions":[],"sites":[{"id":"a"}]}',
    ),
    /sites\[0\]\.url is missing/,
  );
  await refuses(join(folder, 'shards'), /holds shards of runs: 1\/2, 2\/2/);
  await assert.rejects(readRun(join(folder, 'empty')), {
    answer: 'refuse',
    message: /neither results\.json nor events\.ndjson/,
  });
});

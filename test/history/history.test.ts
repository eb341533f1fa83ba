import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { DatabaseSync } from 'node:sqlite';
import type { RunState } from '../../src/core/run-state.ts';
import { History } from '../../src/history/history.ts';
import { historyText } from '../../src/report/look-back/history-text.ts';
import { foldEvents, foldJournal } from '../../src/results/fold.ts';
import { FakeRun, errored, failed, passed, siteOf } from '../support/run-events.ts';

const folder = mkdtempSync(join(tmpdir(), 'gridrun-history-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const DAY_MS = 86_400_000;

/** A night with four sites: one steady, one flaky on even nights, one failing from night 3 to 5, one dead on night 2. */
function night(number: number, more = {}): FakeRun {
  const run = new FakeRun(
    ['steady', 'shaky', 'broken', 'dead'].map((id) => siteOf(id)),
    ['t', 'u'],
    { run: `night-${number}`, at: number * DAY_MS, ...more },
  ).session('s1');
  run.attempt('steady', [passed('t'), passed('u')], { durationMs: number * 100 }).judged('steady');
  if (number % 2 === 0) run.attempt('shaky', [failed('t'), passed('u')]);
  run.attempt('shaky', [passed('t'), passed('u')]).judged('shaky');
  const isBroken = number >= 3 && number <= 5;
  run
    .attempt('broken', [isBroken ? failed('t', `no form\non night ${number}`) : passed('t'), passed('u')])
    .judged('broken');
  run.attempt('dead', number === 2 ? [errored('t'), errored('u')] : [passed('t'), passed('u')]).judged('dead');
  return run.ended();
}

const stateOf = (run: FakeRun): Promise<RunState> => foldEvents(run.events);

const WITH_BUILD = { builds: { subject: { name: 'mine', version: '1.0', sha256: 'a' } } };

/** Everything that a history can answer. */
function answers(history: History): unknown {
  return {
    durations: [...history.durations()],
    stories: ['steady', 'shaky', 'broken', 'dead'].map((id) => history.story(id)),
  };
}

test('durations are the median of the last runs', async () => {
  using history = History.open(join(folder, 'durations.sqlite'));
  for (const number of [7, 1, 2, 3, 5, 4, 6]) history.feed(await stateOf(night(number)));
  assert.equal(history.durations().get('steady'), 500);
  assert.equal(history.durations(2).get('steady'), 650);
  const faulted = new FakeRun([siteOf('steady')], ['t'], { run: 'lost', at: 9 * DAY_MS })
    .attempt('steady', [], { ending: 'faulted', durationMs: 9e6 })
    .judged('steady')
    .ended();
  history.feed(await stateOf(faulted));
  assert.equal(history.durations().get('steady'), 500, 'an attempt that faulted says nothing');
});

test('how often each check failed by itself, without what was blamed on a build or on the grid', async () => {
  using history = History.open(join(folder, 'loads.sqlite'));
  for (const number of [1, 2, 3, 4, 5, 6]) history.feed(await stateOf(night(number)));
  // With a build and without a control, a failure may be the build's.
  const byBuild = new FakeRun([siteOf('steady')], ['t', 'u'], { run: 'by-build', at: 8 * DAY_MS, ...WITH_BUILD })
    .session('s1')
    .attempt('steady', [failed('t'), passed('u')])
    .judged('steady');
  history.feed(await stateOf(byBuild.ended()));
  const loads = history.loads(30, 'no-build');
  assert.deepEqual(loads.get('broken')?.get('t'), { failed: 3, all: 6 });
  assert.deepEqual(loads.get('shaky')?.get('t'), { failed: 3, all: 6 });
  assert.deepEqual(loads.get('steady')?.get('t'), { failed: 0, all: 6 });
  assert.deepEqual(loads.get('steady')?.get('u'), { failed: 0, all: 7 });
  assert.deepEqual(history.loads(2, 'no-build').get('broken')?.get('t'), { failed: 0, all: 1 });
});

test('flake rates, and when a site and a check were first and last seen failing', async () => {
  using history = History.open(join(folder, 'rates.sqlite'));
  for (const number of [1, 2, 3, 4, 5, 6]) history.feed(await stateOf(night(number)));
  const at = (number: number): object => ({ run: `night-${number}`, startedAt: number * DAY_MS });
  const rates = ['broken', 'dead', 'shaky', 'steady'].map((id) => {
    const { siteId, flake, firstFailing, lastFailing } = history.story(id);
    return { siteId, flake, firstFailing, lastFailing };
  });
  const never = { firstFailing: undefined, lastFailing: undefined };
  assert.deepEqual(rates, [
    { siteId: 'broken', flake: { flaky: 0, decided: 6 }, firstFailing: at(3), lastFailing: at(5) },
    { siteId: 'dead', flake: { flaky: 0, decided: 5 }, firstFailing: at(2), lastFailing: at(2) },
    { siteId: 'shaky', flake: { flaky: 3, decided: 6 }, ...never },
    { siteId: 'steady', flake: { flaky: 0, decided: 6 }, ...never },
  ]);
  assert.deepEqual(history.story('broken').checks, [
    { title: 't', flake: { flaky: 0, decided: 6 }, failing: 3, firstFailing: at(3), lastFailing: at(5) },
    { title: 'u', flake: { flaky: 0, decided: 6 }, failing: 0 },
  ]);
  assert.deepEqual(
    history.story('dead').checks.find(({ title }) => title === 'u'),
    { title: 'u', flake: { flaky: 0, decided: 5 }, failing: 1, firstFailing: at(2), lastFailing: at(2) },
  );
});

test('the same run twice is one run; one whose journal grew is what it is now', async () => {
  using history = History.open(join(folder, 'twice.sqlite'));
  history.feed(await stateOf(night(1)));
  const once = answers(history);
  history.feed(await stateOf(night(1)));
  assert.deepEqual(answers(history), once);
  const grown = new FakeRun([siteOf('steady')], ['t'], { run: 'night-1', at: DAY_MS })
    .attempt('steady', [failed('t')])
    .judged('steady');
  history.feed(await stateOf(grown));
  assert.deepEqual(
    history.story('steady').runs.map(({ verdict }) => verdict),
    ['failed'],
  );
});

test('a run that was gone on with does not count beside the one that did', async () => {
  using history = History.open(join(folder, 'resumed.sqlite'));
  history.feed(await stateOf(night(2, { resumes: 'night-1' })));
  history.feed(await stateOf(night(1)));
  assert.deepEqual(
    history.story('steady').runs.map(({ run }) => run),
    ['night-2'],
  );
  assert.equal(history.story('steady').flake.decided, 1);
});

test('deleted and rebuilt from journals, in any order, it answers the same', async () => {
  const path = join(folder, 'rebuilt.sqlite');
  const journals = [1, 2, 3, 4, 5, 6].map((number) => {
    const journal = join(folder, `night-${number}.ndjson`);
    writeFileSync(journal, night(number).journal());
    return journal;
  });
  const before = await (async () => {
    using history = History.open(path);
    for (const journal of journals) history.feed(await foldJournal(journal));
    return answers(history);
  })();
  rmSync(path);
  async function* states(): AsyncGenerator<RunState> {
    for (const journal of journals.toReversed()) yield foldJournal(journal);
  }
  using rebuilt = await History.rebuild(path, states());
  assert.deepEqual(answers(rebuilt), before);
});

test('a history that can not be rebuilt is left as it was, and nothing is left beside it', async () => {
  const path = join(folder, 'kept.sqlite');
  {
    using history = History.open(path);
    history.feed(await stateOf(night(1)));
  }
  async function* broken(): AsyncGenerator<RunState> {
    yield await stateOf(night(2));
    throw new Error('a journal is broken');
  }
  await assert.rejects(History.rebuild(path, broken()), /a journal is broken/);
  using history = History.open(path);
  assert.deepEqual(
    history.story('steady').runs.map(({ run }) => run),
    ['night-1'],
  );
  assert.deepEqual(
    readdirSync(folder).filter((name) => name.startsWith('kept')),
    ['kept.sqlite'],
  );
});

test('a broken, a foreign and a newer file are refused, and the first and last can be rebuilt', async () => {
  const refuses = (path: string, message: RegExp, hint: RegExp): void =>
    assert.throws(
      () => History.open(path),
      (error: { message: string; hint: string; answer: string }) => {
        assert.equal(error.answer, 'refuse');
        assert.match(error.message, message);
        assert.match(error.hint, hint);
        return true;
      },
    );
  const noise = join(folder, 'noise.sqlite');
  writeFileSync(noise, 'this is no database, '.repeat(1000));
  refuses(noise, /noise\.sqlite is damaged: file is not a database/, /gridrun history --rebuild/);
  const torn = join(folder, 'torn.sqlite');
  {
    using history = History.open(torn);
    for (const number of [1, 2, 3]) history.feed(await stateOf(night(number)));
  }
  truncateSync(torn, 20_000);
  refuses(torn, /torn\.sqlite is damaged/, /--rebuild/);
  const newer = join(folder, 'newer.sqlite');
  History.open(newer)[Symbol.dispose]();
  const database = new DatabaseSync(newer);
  database.exec('PRAGMA user_version = 7');
  database.close();
  refuses(newer, /a newer gridrun wrote .*: it has version 7, and this gridrun reads 2/, /--rebuild/);
  const foreign = join(folder, 'foreign.sqlite');
  const other = new DatabaseSync(foreign);
  other.exec('CREATE TABLE mine (a)');
  other.close();
  refuses(foreign, /SQLite file, but not a history/, /another results folder/);
  for (const path of [noise, torn, newer]) {
    using history = await History.rebuild(path, [await stateOf(night(1))]);
    assert.equal(history.story('steady').runs.length, 1);
  }
  assert.throws(() => History.open(folder), { code: 'history.file' });
});

test('a history of version 1 is brought up to date: stories and durations stay, own failures are counted anew', async () => {
  const path = join(folder, 'older.sqlite');
  {
    using history = History.open(path);
    for (const number of [1, 2, 3]) history.feed(await stateOf(night(number)));
  }
  const database = new DatabaseSync(path);
  database.exec('ALTER TABLE check_verdicts DROP COLUMN own; PRAGMA user_version = 1');
  database.close();
  using history = History.open(path);
  assert.equal(history.story('steady').runs.length, 3);
  assert.equal(history.durations().get('steady'), 200);
  assert.equal(history.loads(30, 'no-build').get('broken'), undefined);
  history.feed(await stateOf(night(4)));
  assert.deepEqual(history.loads(30, 'no-build').get('broken')?.get('t'), { failed: 1, all: 1 });
});

test('the newest runs of some sites, the newest first; nothing of a site that was never seen', async () => {
  using history = History.open(join(folder, 'recent.sqlite'));
  for (const number of [2, 4, 1, 3]) history.feed(await stateOf(night(number)));
  const recent = history.recent(['broken', 'dead', 'nobody'], 3);
  assert.deepEqual([...recent.keys()], ['broken', 'dead']);
  assert.deepEqual(
    recent.get('broken')?.map(({ run, startedAt, verdict }) => [run, startedAt, verdict]),
    [
      ['night-4', 4 * DAY_MS, 'failed'],
      ['night-3', 3 * DAY_MS, 'failed'],
      ['night-2', 2 * DAY_MS, 'passed'],
    ],
  );
  assert.equal(recent.get('dead')?.find(({ run }) => run === 'night-2')?.verdict, 'errored');
});

test('a site that was never seen is refused, with the nearest that was', async () => {
  using history = History.open(join(folder, 'unknown.sqlite'));
  history.feed(await stateOf(night(1)));
  assert.throws(() => history.story('stedy'), {
    answer: 'refuse',
    message: /has no site "stedy"/,
    hint: 'did you mean steady?',
  });
});

test('several processes feed one file at once, and nothing is lost', async () => {
  const path = join(folder, 'shared.sqlite');
  const feeder = fileURLToPath(new URL('feeder/main.ts', import.meta.url));
  const journals = [1, 2, 3, 4, 5, 6].map((number) => {
    const journal = join(folder, `shared-${number}.ndjson`);
    writeFileSync(journal, night(number).journal());
    return journal;
  });
  const children = [journals.slice(0, 3), journals.slice(3)].map((part) =>
    spawn(process.execPath, ['--conditions=source', feeder, path, ...part], { stdio: ['ignore', 'ignore', 'inherit'] }),
  );
  const codes = await Promise.all(children.map(async (child) => (await once(child, 'exit'))[0] as number));
  assert.deepEqual(codes, [0, 0]);
  using history = History.open(path);
  assert.deepEqual(
    history.story('steady').runs.map(({ run }) => run),
    [6, 5, 4, 3, 2, 1].map((number) => `night-${number}`),
  );
  assert.ok(!existsSync(`${path}-journal`));
});

test("a site's story as text", async () => {
  using history = History.open(join(folder, 'text.sqlite'));
  for (const number of [1, 2, 3, 4]) history.feed(await stateOf(night(number)));
  assert.equal(
    historyText(history.story('broken'), { color: false }),
    `broken https://broken.example/
4 runs, oldest to newest: ··FF
never flaky; first failed 1970-01-04 00:00, last failed 1970-01-05 00:00
takes 1.2 s, the median of its last runs

1970-01-05 00:00 ✗ failed (1.2 s, cause check, chrome 156.0): no form
1970-01-04 00:00 ✗ failed (1.2 s, cause check, chrome 156.0): no form
1970-01-03 00:00 ✓ passed (1.2 s, chrome 156.0)
1970-01-02 00:00 ✓ passed (1.2 s, chrome 156.0)

checks that did not always pass
  t: never flaky; first failed 1970-01-04 00:00, last failed 1970-01-05 00:00
`,
  );
  assert.match(
    historyText(history.story('shaky'), { color: false, maxRuns: 2 }),
    /…·±\nflaky in 2 of 4 runs \(50\.0 %\); never failed\n[^]*… and 2 older\n/,
  );
});

test('nights are counted by site: a failing check makes the night failing, and other suites and lost attempts do not count', async () => {
  using history = History.open(join(folder, 'nights.sqlite'));
  for (const number of [1, 2, 3, 4, 5, 6]) history.feed(await stateOf(night(number)));
  const lost = new FakeRun([siteOf('steady')], ['t', 'u'], { run: 'lost', at: 9 * DAY_MS })
    .attempt('steady', [], { ending: 'faulted' })
    .judged('steady')
    .ended();
  history.feed(await stateOf(lost));
  const wanted = { titles: ['t', 'u'], without: '', lastRuns: 30 };
  assert.deepEqual(Object.fromEntries(history.nights(wanted)), {
    steady: { failed: 0, all: 6 },
    shaky: { failed: 3, all: 6 },
    broken: { failed: 3, all: 6 },
    dead: { failed: 1, all: 6 },
  });
  assert.deepEqual(history.nights({ ...wanted, without: 'night-2' }).get('dead'), { failed: 0, all: 5 });
  assert.deepEqual(history.nights({ ...wanted, lastRuns: 3 }).get('broken'), { failed: 1, all: 2 });
  assert.equal(history.nights({ ...wanted, titles: ['t', 'u', 'new'] }).size, 0);
  // A night without the extension skips its checks, and says nothing of them.
  const plain = new FakeRun([siteOf('steady')], ['t', 'u'], { run: 'plain', at: 10 * DAY_MS })
    .attempt('steady', [passed('t'), { title: 'u', status: 'skipped', durationMs: 0 }])
    .judged('steady')
    .ended();
  history.feed(await stateOf(plain));
  assert.deepEqual(history.nights(wanted).get('steady'), { failed: 0, all: 6 });
  assert.deepEqual(history.nights({ ...wanted, titles: ['t'] }).get('steady'), { failed: 0, all: 7 });
});

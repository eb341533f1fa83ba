import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { lastFailed } from '../../src/results/last-failed.ts';
import { foldEvents } from '../../src/results/fold.ts';
import { findUnfinished, planResume } from '../../src/results/resume.ts';
import { ResultsJsonReporter } from '../../src/results/results-json.ts';
import { FolderLock } from '../../src/results/folder-lock.ts';
import { RunFolder, setAsideText } from '../../src/results/run-folder.ts';

import { collect } from '../support/collect.ts';
import { checkPlan, FakeRun, passed, variedRun } from '../support/run-events.ts';

let out = '';
beforeEach(() => {
  out = mkdtempSync(join(tmpdir(), 'gridrun-out-'));
});
afterEach(() => rmSync(out, { recursive: true, force: true }));

function leave(run: FakeRun): void {
  writeFileSync(join(out, 'events.ndjson'), run.journal());
  writeFileSync(join(out, 'junit.xml'), 'old');
  for (const site of ['bad', 'cut']) {
    mkdirSync(join(out, 'evidence', site), { recursive: true });
    writeFileSync(join(out, 'evidence', site, 'page.html'), site);
  }
}

const PLAN = {
  planHash: 'hash-1',
  siteCount: 8,
  checks: ['form is found', 'form works'].map(checkPlan),
  shard: { index: 1, total: 1 },
};

test('a fresh folder is made, with the folders above it', async () => {
  using folder = await RunFolder.open(join(out, 'a', 'b'));
  assert.equal(await folder.setAside(), undefined);
  await folder.clear();
  assert.deepEqual(readdirSync(folder.path).sort(), ['.gridrun.lock', 'evidence']);
});

test('a finished run makes room, old evidence and all; what is not ours stays', async () => {
  leave(variedRun().ended());
  writeFileSync(join(out, 'notes.txt'), 'mine');
  {
    using folder = await RunFolder.open(out);
    assert.equal(await folder.setAside(), undefined);
    assert.equal((await folder.finished())?.run, 'run-a');
    await folder.clear();
    assert.deepEqual(readdirSync(folder.evidencePath), []);
  }
  assert.deepEqual(readdirSync(out).sort(), ['evidence', 'notes.txt']);
});

for (const [name, run] of [
  ['cut off', () => variedRun()],
  ['interrupted', () => variedRun().ended('interrupted')],
] as const) {
  test(`a run that was ${name} is moved as a whole, and never overwritten`, async () => {
    for (const wanted of ['run-a', 'run-a-2', 'run-a-3']) {
      leave(run());
      using folder = await RunFolder.open(out);
      await assert.rejects(folder.clear(), /belongs to an unfinished run/);
      const aside = await folder.setAside();
      assert.deepEqual(aside, { run: 'run-a', path: join(out, 'unfinished', wanted) });
      assert.deepEqual(readdirSync(join(out, 'unfinished', wanted)).sort(), ['events.ndjson', 'evidence', 'junit.xml']);
      assert.equal(readFileSync(join(aside?.path ?? '', 'evidence', 'cut', 'page.html'), 'utf8'), 'cut');
      assert.match(setAsideText(aside ?? { run: '', path: '' }), /run-a to .*unfinished.*--resume run-a/);
    }
    assert.equal(readdirSync(join(out, 'unfinished')).length, 3);
  });
}

test('every byte prefix of a journal but the whole one is of an unfinished run', async () => {
  const journal = variedRun().ended().journal();
  using folder = await RunFolder.open(out);
  for (let length = journal.length; length > journal.length - 400; length -= 7) {
    writeFileSync(folder.journalPath, journal.subarray(0, length));
    assert.equal((await folder.finished()) !== undefined, length === journal.length);
  }
});

test("a run's name that is a path stays inside the folder", async () => {
  const run = variedRun();
  run.events[0] = { ...run.events[0], run: '../../etc' } as never;
  leave(run);
  using folder = await RunFolder.open(out);
  assert.equal((await folder.setAside())?.path, join(out, 'unfinished', '__.._etc'));
});

test('two runs at once: the second is refused with the pid of the first', async () => {
  const holder = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: ['pipe', 'ignore', 'ignore'] });
  try {
    const stat = process.platform === 'linux' ? readFileSync(`/proc/${holder.pid}/stat`, 'utf8') : '';
    const birth = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    writeFileSync(join(out, '.gridrun.lock'), JSON.stringify({ pid: holder.pid, host: hostname(), birth, token: 't' }));
    await assert.rejects(RunFolder.open(out), (error: Error) => {
      assert.match(error.message, new RegExp(`process ${holder.pid} is writing`));
      assert.equal((error as Error & { code: string }).code, 'out.locked');
      return true;
    });
  } finally {
    holder.kill('SIGKILL');
  }
});

test('two runs of one process: the second is refused until the first gives the folder back', async () => {
  const first = await RunFolder.open(out);
  await assert.rejects(RunFolder.open(out), { code: 'out.locked' });
  first[Symbol.dispose]();
  first[Symbol.dispose]();
  (await RunFolder.open(out))[Symbol.dispose]();
  assert.deepEqual(readdirSync(out), [], 'neither lock nor draft is left');
});

test('the lock of a dead process, of a later one with its pid, and one that is not readable are taken over', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const locks = [
    { pid: dead, birth: '' },
    { pid: process.pid, birth: '1' },
    ...(process.platform === 'linux' ? [{ pid: process.ppid, birth: '1' }] : []),
  ];
  for (const lock of locks
    .map((holder) => JSON.stringify({ ...holder, host: hostname(), token: 'old' }))
    .concat('half a lo')) {
    writeFileSync(join(out, '.gridrun.lock'), lock);
    (await RunFolder.open(out))[Symbol.dispose]();
    assert.ok(!existsSync(join(out, '.gridrun.lock')));
  }
});

test('what a process left that was killed while it took the lock is removed; a draft of a living one stays', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  const draft = (owner: number | undefined): string => JSON.stringify({ pid: owner, host: hostname(), token: 't' });
  writeFileSync(join(out, '.gridrun.lock.dead'), draft(pid));
  writeFileSync(join(out, '.gridrun.lock.empty'), '');
  utimesSync(join(out, '.gridrun.lock.empty'), 1, 1);
  writeFileSync(join(out, '.gridrun.lock.living'), draft(process.ppid));
  writeFileSync(join(out, '.gridrun.lock.writing'), '');
  (await RunFolder.open(out))[Symbol.dispose]();
  assert.deepEqual(readdirSync(out).toSorted(), ['.gridrun.lock.living', '.gridrun.lock.writing']);
});

test('a run whose process died after the end of its journal may lack reports, so it is unfinished', async () => {
  const { pid } = spawnSync(process.execPath, ['-e', '']);
  leave(variedRun().ended());
  writeFileSync(join(out, '.gridrun.lock'), JSON.stringify({ pid, host: hostname(), birth: '', token: 'old' }));
  using folder = await RunFolder.open(out);
  assert.equal(await folder.finished(), undefined);
  assert.equal((await folder.setAside())?.run, 'run-a');
  const resume = await planResume(await findUnfinished(folder, ''), PLAN);
  assert.equal(resume.kept.size, 7, 'all but the site that was not run');
});

const MINUTE_MS = 60_000;

/** The lock of a run on another machine, last renewed some time ago by the clock of the disk. */
function foreignLock(ageMs: number, more: Readonly<Record<string, unknown>> = {}): string {
  const lock = join(out, '.gridrun.lock');
  writeFileSync(lock, JSON.stringify({ pid: 1, host: 'elsewhere', birth: '', token: 'old', ...more }));
  const at = (statSync(lock).mtimeMs - ageMs) / 1000;
  utimesSync(lock, at, at);
  return lock;
}

for (const skewMs of [0, -3 * 24 * 60 * MINUTE_MS, 3 * 24 * 60 * MINUTE_MS]) {
  test(`the lock of another machine: it holds while it is renewed (clock ${skewMs} ms off)`, async (context) => {
    // The clock of the disk may be another machine's.
    const now = Date.now() + skewMs;
    context.mock.method(Date, 'now', () => now);
    for (const ageMs of [0, 4 * MINUTE_MS]) {
      foreignLock(ageMs, { renewed: true });
      await assert.rejects(RunFolder.open(out), {
        code: 'out.locked',
        message: /process 1 on elsewhere/,
        hint: /not been renewed for 5 min/,
      });
    }
    const lock = foreignLock(6 * MINUTE_MS, { renewed: true });
    const folder = await RunFolder.open(out);
    assert.match(folder.tookOver ?? '', /process 1 on elsewhere.*not.* renewed for 6 min/);
    folder[Symbol.dispose]();
    assert.ok(!existsSync(lock));
  });
}

test('the lock of another machine that an earlier gridrun wrote, which renews none: it holds for a day', async () => {
  foreignLock(23 * 60 * MINUTE_MS);
  await assert.rejects(RunFolder.open(out), { code: 'out.locked', message: /process 1 on elsewhere/ });
  foreignLock(25 * 60 * MINUTE_MS);
  using folder = await RunFolder.open(out);
  assert.match(folder.tookOver ?? '', /process 1 on elsewhere/);
});

test('a lock is renewed, until its folder belongs to another run', async (context) => {
  context.mock.timers.enable({ apis: ['setInterval'] });
  const lock = join(out, '.gridrun.lock');
  const folder = await RunFolder.open(out);
  const text = readFileSync(lock, 'utf8');
  utimesSync(lock, 1, 1);
  const laterUntil = async (isDone: () => boolean): Promise<void> => {
    while (!isDone()) {
      context.mock.timers.tick(20_000);
      await setImmediate();
    }
  };
  await laterUntil(() => statSync(lock).mtimeMs !== 1000);
  assert.equal(readFileSync(lock, 'utf8'), text);
  assert.equal(folder.lost, undefined);

  foreignLock(MINUTE_MS, { renewed: true });
  const before = statSync(lock).mtimeMs;
  await laterUntil(() => folder.lost !== undefined);
  assert.match(folder.lost ?? '', /process 1 on elsewhere/);
  assert.equal(statSync(lock).mtimeMs, before);
  folder[Symbol.dispose]();
  assert.ok(existsSync(lock), 'it is not its lock any more');
});

test('resume keeps the decided sites with their events and evidence, and runs the others again', async () => {
  leave(variedRun());
  using folder = await RunFolder.open(out);
  await folder.setAside();
  const resume = await planResume(await findUnfinished(folder, ''), PLAN);
  assert.deepEqual([...resume.kept], ['good', 'flaky', 'rescued', 'bad', 'gone', 'left', 'late']);
  await folder.clear();
  await resume.copyEvidence(folder);
  assert.deepEqual(readdirSync(folder.evidencePath), ['bad']);
  const head = variedRun().events.slice(0, 2);
  const kept = await collect(resume.keptEvents(folder));
  assert.ok(kept.every((event) => !('at' in event)));
  const before = await foldEvents(variedRun().events);
  const after = await foldEvents([...head, ...kept.map((event) => ({ at: 2_000_000, ...event }) as never)]);
  for (const id of resume.kept) assert.deepEqual(after.site(id), before.site(id));
  assert.equal(after.site('cut')?.verdict.attempts, 0);
});

test('resume tries a site again that failed and was to be tried again when the run was stopped', async () => {
  const run = variedRun();
  for (const [index, event] of run.events.entries())
    if (event.type === 'site-judged' && ['bad', 'good'].includes(event.verdict.siteId))
      run.events[index] = { ...event, verdict: { ...event.verdict, stoppedBy: 'interrupted' } };
  leave(run);
  using folder = await RunFolder.open(out);
  await folder.setAside();
  const { kept } = await planResume(await findUnfinished(folder, ''), PLAN);
  assert.deepEqual([kept.has('bad'), kept.has('good')], [false, true]);
});

test('resume finds in the run before it what a run had not taken over when it was cut off', async () => {
  leave(variedRun());
  using folder = await RunFolder.open(out);
  await folder.setAside();
  // It ended after its head, and has one verdict of its own.
  const cut = new FakeRun(
    variedRun().events.flatMap((event) => ('sites' in event ? event.sites : [])),
    PLAN.checks.map(({ title }) => title),
    {
      run: 'run-b',
      resumes: 'run-a',
    },
  )
    .attempt('cut', [passed('form is found'), passed('form works')])
    .judged('cut');
  cut.events[0] = { ...cut.events[0], at: 3_000_000 } as never;
  leave(cut);
  await folder.setAside();
  const resume = await planResume(await findUnfinished(folder, ''), PLAN);
  assert.equal(resume.run, 'run-b');
  assert.deepEqual([...resume.kept], ['cut', 'good', 'flaky', 'rescued', 'bad', 'gone', 'left', 'late']);
  await folder.clear();
  await resume.copyEvidence(folder);
  assert.deepEqual(readdirSync(folder.evidencePath), ['bad', 'cut']);
  const judged = (await collect(resume.keptEvents(folder))).filter(({ type }) => type === 'site-judged');
  assert.equal(judged.length, resume.kept.size);
});

test('resume tries a site again whose evidence found no room', async () => {
  leave(variedRun());
  const full = String(variedRun().journal()).replaceAll('"site.unreachable"', '"evidence.disk-full"');
  writeFileSync(join(out, 'events.ndjson'), full);
  using folder = await RunFolder.open(out);
  await folder.setAside();
  const resume = await planResume(await findUnfinished(folder, ''), PLAN);
  assert.ok(resume.kept.has('good') && !resume.kept.has('gone'));
});

test('resume refuses another plan, and says what differs', async () => {
  leave(variedRun());
  using folder = await RunFolder.open(out);
  await folder.setAside();
  const source = await findUnfinished(folder, 'run-a');
  const other = {
    planHash: 'hash-2',
    siteCount: 9,
    checks: ['form works', 'it is quick'].map(checkPlan),
    shard: { index: 2, total: 3 },
  };
  await assert.rejects(planResume(source, other), {
    code: 'resume.plan',
    mistakes: [
      'sites: 8 then, 9 now',
      'shard: 1/1 then, 2/3 now',
      'check "form is found": gone',
      'check "it is quick": new',
    ],
  });
  await assert.rejects(planResume(source, { ...PLAN, chrome: 'shell' }), {
    mistakes: ['--chrome: full Chrome then, headless shell now'],
  });
  await assert.rejects(planResume(source, { ...PLAN, planHash: 'hash-2' }), (error: Error & { mistakes: string[] }) => {
    assert.match(error.mistakes.join(), /entries of the site list/);
    return true;
  });
});

test('resume tells of other check files and refuses another control, as far as the journal knows them', async () => {
  const known = { suiteHash: 'suite-1', importsHash: 'imports-1', control: 'on-failure' } as const;
  const journal = String(variedRun().journal()).replace(
    '"grid":',
    '"suiteHash":"suite-1","importsHash":"imports-1","control":"on-failure","grid":',
  );
  leave(variedRun());
  writeFileSync(join(out, 'events.ndjson'), journal);
  using folder = await RunFolder.open(out);
  await folder.setAside();
  const source = await findUnfinished(folder, '');
  assert.equal((await planResume(source, { ...PLAN, ...known, suiteHash: 'suite-2' })).hasOtherChecks, true);
  assert.equal((await planResume(source, { ...PLAN, ...known, importsHash: 'imports-2' })).hasOtherChecks, true);
  assert.equal((await planResume(source, { ...PLAN, ...known })).hasOtherChecks, false);
  await assert.rejects(planResume(source, { ...PLAN, ...known, control: 'always' }), {
    mistakes: ['control: on failures then, on all sites now'],
  });
  assert.ok((await planResume(source, { ...PLAN, ...known })).kept.has('good'));
});

test('resume refuses what is not there, and what was finished already', async () => {
  using folder = await RunFolder.open(out);
  await assert.rejects(findUnfinished(folder, ''), { code: 'resume.none' });
  await assert.rejects(findUnfinished(folder, 'run-z'), { code: 'resume.unknown' });
  leave(variedRun());
  await folder.setAside();
  await assert.rejects(findUnfinished(folder, 'run-z'), { code: 'resume.unknown', hint: 'unfinished runs: run-a' });
  const next = variedRun().ended();
  next.events[0] = { ...next.events[0], run: 'run-b', resumes: 'run-a' } as never;
  leave(next);
  await assert.rejects(findUnfinished(folder, ''), {
    code: 'resume.done',
    message: /run-a, is done: run-b resumed it/,
  });
  assert.equal((await findUnfinished(folder, 'run-a')).run, 'run-a');
});

test('last-failed: from the journal, or from results.json alone, or refused', async () => {
  await assert.rejects(lastFailed(out), { code: 'last-failed.none' });
  const checks = ['form is found', 'form works'].map(checkPlan);
  const sites = new Map([
    ['bad', ['form works']],
    ['gone', ['form is found', 'form works']],
    ['cut', ['form works']],
  ]);
  const run = variedRun().ended();
  const reporter = new ResultsJsonReporter(await foldEvents(run.events), join(out, 'results.json'));
  await reporter.finish();
  assert.deepEqual(await lastFailed(out), { sites, checks, build: undefined });
  rmSync(join(out, 'results.json'));
  leave(run);
  assert.deepEqual(await lastFailed(out), { sites, checks, build: undefined });
});

test('last-failed: a damaged results.json is refused by what is wrong with it', async () => {
  const head =
    '"version":1,"run":"r","startedAt":1,"shard":{"index":1,"total":1},"faults":[],"siteCount":1,"checks":[],"extensions":[]';
  for (const [text, message] of [
    [`{${head},"sites":[`, /cannot be read/],
    ['{"sites":null}', /it has no version/],
    [`{${head.replace('"extensions":[]', '"extensions":[{}]')},"sites":[]}`, /extensions\[0\]\.arm is missing/],
    [`{${head},"sites":[null]}`, /sites\[0\] is not an object/],
    [`{${head},"sites":[{"id":1}]}`, /sites\[0\]\.url is missing/],
  ] as const) {
    writeFileSync(join(out, 'results.json'), text);
    await assert.rejects(lastFailed(out), { code: 'results.unreadable', answer: 'refuse', message });
  }
});

test('a run whose journal is damaged at its start is moved as unknown, and blocks no run', async () => {
  const journal = variedRun().journal();
  const zeroed = Buffer.from(journal).fill(0, 0, journal.indexOf(0x0a));
  const damaged: readonly (() => void)[] = [
    ...[zeroed, Buffer.from('garbage\n'), Buffer.from('\n'), Buffer.from('{"type":"slot-idle","at":1}\n')].map(
      (bytes) => () => writeFileSync(join(out, 'events.ndjson'), bytes),
    ),
    () => mkdirSync(join(out, 'events.ndjson')),
  ];
  for (const damage of damaged) {
    damage();
    using folder = await RunFolder.open(out);
    const aside = await folder.setAside();
    assert.equal(aside?.run, 'unknown');
    assert.match(setAsideText(aside), /journal is damaged to .*unknown.* cannot be resumed: .*events\.ndjson/);
    await folder.clear();
    assert.deepEqual(await folder.unfinished(), []);
    assert.equal(await folder.finished(), undefined);
  }
  assert.equal(readdirSync(join(out, 'unfinished')).length, damaged.length);
});

test('a damaged run does not keep a sound one from being resumed', async () => {
  leave(variedRun());
  using folder = await RunFolder.open(out);
  await folder.setAside();
  writeFileSync(join(out, 'events.ndjson'), 'garbage\n');
  await folder.setAside();
  assert.equal((await findUnfinished(folder, '')).run, 'run-a');
});

test('a journal that is damaged in the middle is resumed up to the damage', async () => {
  const whole = variedRun().journal().toString().trimEnd().split('\n');
  const sound = async (journal: string): Promise<{ kept: readonly string[]; damage: string | undefined }> => {
    writeFileSync(join(out, 'events.ndjson'), journal);
    using folder = await RunFolder.open(out);
    await folder.setAside();
    const plan = await planResume(await findUnfinished(folder, ''), PLAN);
    rmSync(join(out, 'unfinished'), { recursive: true });
    return { kept: [...plan.kept], damage: plan.damage };
  };
  const at = whole.findLastIndex((line) => line.includes('"site-judged"'));
  const before = `${whole.slice(0, at).join('\n')}\n`;
  const { kept } = await sound(before);
  assert.ok(kept.length > 0);
  for (const damage of ['{"type":"site-ju\n', '\n', 'garbage\n', '{"type":"site-judged","at":1,"verdict":null}\n']) {
    const resumed = await sound(`${before}${damage}${whole.slice(at).join('\n')}\n`);
    assert.deepEqual(resumed.kept, kept);
    assert.match(resumed.damage ?? '', new RegExp(`line ${at + 1} of the journal`));
  }
});

test('a file system without hard links: the lock is written, and holds', () => {
  const noLinks = (): never => {
    throw Object.assign(new Error('EPERM: operation not permitted, link'), { code: 'EPERM' });
  };
  for (let round = 0; round < 2; round++) {
    using _lock = FolderLock.take(out, noLinks);
    assert.throws(() => FolderLock.take(out, noLinks), { code: 'out.locked' });
    assert.throws(() => FolderLock.take(out), { code: 'out.locked' });
  }
  assert.deepEqual(readdirSync(out), []);
  // A process that was killed while it wrote leaves an empty lock. A new one may be of a process that writes now.
  writeFileSync(join(out, '.gridrun.lock'), '');
  assert.throws(() => FolderLock.take(out, noLinks), { code: 'out.locked' });
  utimesSync(join(out, '.gridrun.lock'), 1, 1);
  FolderLock.take(out, noLinks)[Symbol.dispose]();
});

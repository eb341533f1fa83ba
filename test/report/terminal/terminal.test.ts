import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import type { Undated } from '../../../src/core/event.ts';
import type { Reporter } from '../../../src/core/ports.ts';
import { RunState } from '../../../src/core/run-state.ts';
import { DotReporter } from '../../../src/report/terminal/dot.ts';
import { durationText } from '../../../src/text/duration-text.ts';
import { JsonReporter } from '../../../src/report/json.ts';
import { LineReporter } from '../../../src/report/terminal/line.ts';
import { ListReporter } from '../../../src/report/terminal/list.ts';
import { Multiplexer, type ReportFailure } from '../../../src/report/multiplexer.ts';
import { Progress } from '../../../src/report/terminal/progress.ts';
import { terminalLine, terminalText } from '../../../src/report/terminal/terminal-text.ts';
import type { TerminalSetup } from '../../../src/report/terminal/terminal.ts';
import { FakeRun, failed, passed, siteOf, variedRun } from '../../support/run-events.ts';

interface Screen {
  readonly written: string[];
  readonly text: string;
}

function stateOf(run: FakeRun): RunState {
  const state = new RunState();
  for (const event of run.events) state.apply(event);
  return state;
}

/** Drives a reporter with a run's events, a second of the clock apart. */
async function show(
  run: FakeRun,
  make: (setup: TerminalSetup) => Reporter,
  more: Partial<TerminalSetup> = {},
  stepMs = 1000,
): Promise<Screen> {
  const written: string[] = [];
  const failures: ReportFailure[] = [];
  const state = new RunState();
  let nowMs = 0;
  const setup: TerminalSetup = {
    state,
    stream: { write: (text) => written.push(text) },
    isTTY: false,
    columns: 80,
    color: false,
    now: () => nowMs,
    refreshMs: 0,
    out: 'gridrun-results',
    reportFailures: () => failures,
    ...more,
  };
  const all = new Multiplexer(state, [{ name: 'shown', reporter: make(setup) }]);
  for (const event of run.events) {
    nowMs += stepMs;
    all.onEvent(event);
  }
  await all.finish();
  assert.deepEqual(all.failures, []);
  return { written, text: written.join('') };
}

test('list, no terminal: a line a site, notices, and progress every ten seconds', async () => {
  const { text } = await show(variedRun().ended(), (setup) => new ListReporter(setup));
  const live = text.slice(0, text.indexOf('\n\n')).split('\n');
  assert.deepEqual(
    live.filter((line) => !line.startsWith('…')),
    [
      'gridrun 0.1.0: 8 sites × 2 checks, grid local',
      '✓ good (1.2 s)',
      '± flaky (flaky, 2.5 s, 2 attempts): form is found: first',
      '± rescued (flaky, 1.2 s): form is found: failed until mocha retried it',
      '✗ bad (failed, 2.5 s, 2 attempts): form works: second',
      '! gone (errored, 1.2 s): form is found: net::ERR_NAME_NOT_RESOLVED',
      '- left (skipped, 0 ms)',
      '✓ late (1.2 s)',
      'warning: the grid is slow',
    ],
  );
  const progress = live.filter((line) => line.startsWith('…'));
  assert.equal(progress.length, Math.floor(variedRun().ended().events.length / 10));
  assert.equal(progress[0], '… 1/8 sites · 0 failed · 1 session busy · 20.0/s · about 8.6 s left');
  assert.doesNotMatch(text, /\u001b/);
});

test('the summary: what failed, why, whose fault, where the evidence is, the counts, the exit code, what to do', async () => {
  const { text } = await show(variedRun().ended(), (setup) => new ListReporter(setup));
  assert.match(
    text,
    /✗ bad \(failed, cause check\) https:\/\/bad\.example\/\n    form works\n      second\n      at \S+:\d+:\d+\)?\n      gridrun-results\/evidence\/bad\/form-works\/1\/page\.png\n/,
  );
  assert.match(text, /! cut \(errored, cause grid\) .*\n    form works\n      the session is gone\n/);
  assert.match(text, /\n8 sites: 2 passed, 2 flaky, 1 failed, 2 errored, 1 skipped \(5\.0 s\)\n/);
  assert.match(
    text,
    /\nexit 1: a check failed; also: some sites errored or were not run\nreport: gridrun-results\/junit\.xml\n.*gridrun --last-failed/,
  );
});

test('of many attachments the summary names the first two', async () => {
  const attachments = ['screenshot.png', 'page.html', 'page.mhtml', 'console.txt'].map((name) => ({
    name,
    path: `evidence/a/t/1/${name}`,
    contentType: 'text/plain',
  }));
  const run = new FakeRun([siteOf('a')], ['t'])
    .attempt('a', [failed('t', 'no', { attachments })])
    .judged('a')
    .ended();
  const { text } = await show(run, (setup) => new ListReporter(setup));
  assert.match(
    text,
    /evidence\/a\/t\/1\/screenshot\.png\n.*evidence\/a\/t\/1\/page\.html\n      … and 2 more in the same folder\n/,
  );
  assert.doesNotMatch(text, /page\.mhtml/);
});

test('an interrupted run says how to go on, a passed one only where the report is', async () => {
  const one = (): FakeRun => new FakeRun([siteOf('a')], ['t']).attempt('a', [passed('t')]).judged('a');
  const cut = await show(
    one().add({ type: 'run-stopping', reason: 'interrupted', text: 'Ctrl-C' }).ended('interrupted'),
    (setup) => new ListReporter(setup),
  );
  assert.match(cut.text, /stopping: Ctrl-C\n[^]*exit 130: interrupted\n[^]*gridrun --resume/);
  const good = await show(one().ended(), (setup) => new ListReporter(setup));
  assert.match(good.text, /\n1 site: 1 passed \(5\.0 s\)\nreport: gridrun-results\/junit\.xml\n$/);
});

test('a report that could not be written is named, with exit code 4', async () => {
  const run = new FakeRun([siteOf('a')], ['t'])
    .attempt('a', [passed('t')])
    .judged('a')
    .ended();
  const reportFailures = (): ReportFailure[] => [{ reporter: 'junit', error: new Error('no space left') }];
  const { text } = await show(run, (setup) => new ListReporter(setup), { reportFailures });
  assert.match(
    text,
    /the report junit could not be written: Error: no space left\nexit 4: a report could not be written\n/,
  );
});

test('thousands of failures are counted, not listed; sites that were not run get no line', async () => {
  const ids = Array.from({ length: 1000 }, (_, index) => `s${index}`);
  const run = new FakeRun(
    ids.map((id) => siteOf(id)),
    ['t'],
  );
  for (const id of ids.slice(0, 100)) run.attempt(id, [failed('t', 'line\n'.repeat(50))]).judged(id);
  for (const id of ids.slice(100)) run.judged(id);
  const { text } = await show(run.ended('max-failures'), (setup) => new ListReporter(setup), {}, 1);
  assert.match(text, /… and 80 more sites: see gridrun-results\/junit\.xml/);
  assert.match(text, /… 39 more lines/);
  assert.ok(!text.includes('s500'));
});

test('list on a terminal: what stays is what a plain log has, and one live line is drawn anew below it', async () => {
  const run = variedRun().ended();
  const plain = await show(run, (setup) => new ListReporter(setup));
  const tty = await show(run, (setup) => new ListReporter(setup), { isTTY: true, color: true, columns: 200 });
  const bare = stripVTControlCharacters(tty.text);
  for (const line of plain.text.split('\n').filter((line) => line !== '' && !line.startsWith('…')))
    assert.ok(bare.includes(line), line);
  assert.match(tty.text, /\u001b\[32m✓/);
  assert.match(bare, /\n7\/8 sites · 1 failed · 1 errored · 1 session busy · [\d.]+\/s · about 1\.2 s left\n/);
  const live = tty.written.filter((text) => text.includes('sites ·'));
  assert.ok(live.length > 5, 'drawn anew as the run goes on');
  const last = tty.written.findLastIndex((text) => text.includes('sites ·'));
  assert.match(tty.written[last + 1] ?? '', /\u001b\[2K/, 'the live line is taken away before the summary');
});

test('on a terminal each busy session has a line, within its rows and columns; what does not fit is counted or left out', () => {
  const ids = Array.from({ length: 30 }, (_, index) => `a-site-with-a-long-name-${index}`);
  const run = new FakeRun(
    ids.map((id) => siteOf(id)),
    ['t'],
  );
  for (const [slot, siteId] of ids.entries())
    run.add({ type: 'attempt-started', siteId, attempt: 1, slot, sessionId: `s${slot}` });
  run.add({ type: 'slot-idle', slot: 30, why: 'one site of a.example at once (--per-host)' });
  for (const [columns, rows, most] of [
    [80, 24, 11],
    [40, 10, 4],
    [12, 4, 1],
    [1, 1, 0],
  ] as const) {
    const progress = new Progress(stateOf(run));
    for (const event of run.events) progress.onEvent(event);
    const lines = [...progress.sessions(2_000_000, columns, Math.floor(rows / 2) - 1), progress.text(columns)];
    assert.equal(lines.length, most + 1);
    for (const line of lines) assert.ok(line.length < Math.max(2, columns), `${columns} columns: ${line}`);
  }
});

test('on a terminal it is drawn at most ten times a second', async () => {
  const run = variedRun().ended();
  const { written } = await show(run, (setup) => new ListReporter(setup), { isTTY: true }, 10);
  assert.ok(written.filter((text) => text.includes('sites ·')).length <= (run.events.length * 10) / 100);
});

test('an idle session says why', async () => {
  const idle: Undated = { type: 'slot-idle', slot: 3, why: 'one site of a.example at once (--per-host)' };
  const run = new FakeRun([siteOf('a')], ['t']).add(idle);
  const { text } = await show(run, (setup) => new ListReporter(setup), {}, 10_000);
  assert.match(text, /1 idle: one site of a\.example at once \(--per-host\)/);
});

test('an amended verdict gets a line of its own', async () => {
  const run = new FakeRun([siteOf('a')], ['t'])
    .attempt('a', [passed('t')])
    .judged('a')
    .judged('a', true)
    .ended();
  assert.match((await show(run, (setup) => new ListReporter(setup))).text, /✓ a \(1\.2 s\)\n✓ a \(1\.2 s, amended\)\n/);
});

test('line shows only what a person must look at', async () => {
  const { text } = await show(variedRun().ended(), (setup) => new LineReporter(setup));
  assert.match(text, /\n✗ bad /);
  assert.doesNotMatch(text, /✓ good|- left/);
});

test('dot is one character a site', async () => {
  const { text } = await show(variedRun().ended(), (setup) => new DotReporter(setup), { columns: 4 });
  assert.ok(text.startsWith('·±±F\nEs·\n'), text.slice(0, 20));
});

test('json is the events and nothing else', async () => {
  const run = variedRun().ended();
  const { text } = await show(run, ({ stream }) => new JsonReporter(stream));
  assert.deepEqual(
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
    run.events,
  );
});

test('hostile text can neither move the cursor nor make a line of its own', async () => {
  const hostile = '\u001b[2J\u001b]0;title\u0007\u009b31m\r\n✓ all passed\u2028\u202e\u0000\ud800';
  const run = new FakeRun([siteOf('a', { url: `https://a.example/${hostile}` })], [hostile])
    .add({ type: 'check-output', siteId: 'a', stream: 'stdout', text: `${hostile}\n` })
    .add({ type: 'notice', level: 'info', code: 'grid.image', text: hostile })
    .attempt('a', [failed(hostile, hostile)])
    .judged('a')
    .ended();
  for (const make of [
    (setup: TerminalSetup) => new ListReporter(setup),
    (setup: TerminalSetup) => new DotReporter(setup),
  ]) {
    const { text } = await show(run, make);
    assert.doesNotMatch(text, /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u202e]/);
    assert.doesNotMatch(text, /^✓/m);
    assert.ok(text.isWellFormed());
  }
});

test('no text leaves a control character, a line break or half a surrogate', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      for (const safe of [terminalText(text), terminalLine(text, 5)]) {
        assert.doesNotMatch(safe, /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/);
        assert.ok(safe.isWellFormed());
      }
    }),
  );
});

test('durations as a person says them', () => {
  const cases: readonly (readonly [number, string])[] = [
    [0, '0 ms'],
    [999.4, '999 ms'],
    [999.6, '1.0 s'],
    [59_949, '59.9 s'],
    [59_999, '1 min'],
    [200_000, '3 min 20 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
  ];
  for (const [ms, text] of cases) assert.equal(durationText(ms), text);
});

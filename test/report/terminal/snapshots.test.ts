import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { gridTable } from '../../../src/cli/grid-table.ts';
import { RunState } from '../../../src/core/run-state.ts';
import type { Reporter } from '../../../src/core/ports.ts';
import type { SiteStory } from '../../../src/core/story.ts';
import { compareText } from '../../../src/report/look-back/compare-text.ts';
import { expectationsUpdateText } from '../../../src/report/look-back/expectations-text.ts';
import { historyText } from '../../../src/report/look-back/history-text.ts';
import { DotReporter } from '../../../src/report/terminal/dot.ts';
import { LineReporter } from '../../../src/report/terminal/line.ts';
import { ListReporter } from '../../../src/report/terminal/list.ts';
import { summaryText } from '../../../src/report/terminal/summary.ts';
import type { TerminalSetup } from '../../../src/report/terminal/terminal.ts';
import { compareRuns } from '../../../src/results/compare.ts';
import { runOf } from '../../../src/results/earlier-runs.ts';
import { foldEvents } from '../../../src/results/fold.ts';
import { FakeRun, failed, passed, siteOf, variedRun } from '../../support/run-events.ts';

/** Compares a text with `snapshots/<name>.txt`. `npm run test:update` writes these files; read their diff in a review. */
function hold(t: TestContext, name: string, text: string): void {
  const visible = text.replaceAll('\u001b', '␛').replaceAll('\r', '␍');
  t.assert.fileSnapshot(visible, join(import.meta.dirname, `snapshots/${name}.txt`), {
    serializers: [(value: unknown) => String(value)],
  });
}

/** What a reporter writes for a run, with a second between two events. A frame of live lines is one write. */
async function shown(
  run: FakeRun,
  make: (setup: TerminalSetup) => Reporter,
  more: Partial<TerminalSetup> = {},
): Promise<string[]> {
  const written: string[] = [];
  const state = new RunState();
  let nowMs = 0;
  const reporter = make({
    state,
    stream: { write: (text) => written.push(text), columns: 80, rows: 12 },
    isTTY: false,
    columns: 80,
    color: false,
    now: () => nowMs,
    refreshMs: 0,
    out: 'gridrun-results',
    reportFailures: () => [],
    ...more,
  });
  for (const event of run.events) {
    nowMs += 1000;
    state.apply(event);
    reporter.onEvent?.(event);
  }
  await reporter.finish?.();
  return written;
}

/** Six sites that fail alike, and one that fails in its own way. */
function sharedFaults(): FakeRun {
  const ids = ['bakery', 'books', 'florist', 'garden', 'toys', 'wine', 'shoes'];
  const run = new FakeRun(
    ids.map((id) => siteOf(id)),
    ['login has a form'],
  ).session('s1');
  for (const id of ids) {
    const message = id === 'shoes' ? 'the button is hidden' : `no form at https://${id}.example/login after 420 ms`;
    run.attempt(id, [failed('login has a form', message)]).judged(id);
  }
  return run.ended();
}

test('list in a log', async (t) => {
  hold(t, 'list', (await shown(variedRun().ended(), (setup) => new ListReporter(setup))).join(''));
});

test('line in a log', async (t) => {
  hold(t, 'line', (await shown(variedRun().ended(), (setup) => new LineReporter(setup))).join(''));
});

test('dot, with colors', async (t) => {
  hold(t, 'dot', (await shown(variedRun().ended(), (setup) => new DotReporter(setup), { color: true })).join(''));
});

test('list on a terminal, frame by frame', async (t) => {
  const frames = await shown(variedRun().ended(), (setup) => new ListReporter(setup), { isTTY: true });
  hold(t, 'live-lines', frames.map((frame, index) => `--- write ${index + 1}\n${frame}\n`).join(''));
});

test('the summary of failures with a shared cause', async (t) => {
  hold(t, 'fault-groups', (await shown(sharedFaults(), (setup) => new LineReporter(setup))).join(''));
});

test('the summary of a stopped run', (t) => {
  const state = new RunState();
  const run = variedRun()
    .add({ type: 'run-stopping', reason: 'interrupted', text: 'interrupted by Ctrl-C' })
    .ended('interrupted');
  for (const event of run.events) state.apply(event);
  const setup = { state, stream: { write: () => true }, isTTY: false, columns: 80, color: false, now: () => 0 };
  const failures = [{ reporter: 'ctrf', error: new Error('no space left') }];
  hold(t, 'summary', summaryText({ ...setup, out: 'gridrun-results', reportFailures: () => failures }));
});

test('compare', async (t) => {
  const night = (name: string, broken: readonly string[]): FakeRun => {
    const ids = ['bakery', 'books', 'florist', 'toys'];
    const run = new FakeRun(
      ids.map((id) => siteOf(id)),
      ['login has a form', 'login works'],
      { run: name },
    );
    for (const id of ids) {
      const works = broken.includes(id) ? failed('login works', 'no button') : passed('login works');
      run.attempt(id, [passed('login has a form'), works]).judged(id);
    }
    return run;
  };
  const [before, after] = await Promise.all(
    [night('night-1', ['bakery', 'books']), night('night-2', ['books', 'florist', 'toys'])].map(async ({ events }) =>
      runOf(await foldEvents(events)),
    ),
  );
  if (before === undefined || after === undefined) throw new TypeError('two runs are compared');
  hold(t, 'compare', compareText(compareRuns([before], after), { color: false }));
});

test('history', (t) => {
  const sightings = [4, 3, 2, 1].map((day) => ({ run: `night-${day}`, startedAt: day * 86_400_000 }));
  const [newest, , older] = sightings;
  const failing = {
    flake: { flaky: 1, decided: 4 },
    ...(older && { firstFailing: older }),
    ...(newest && { lastFailing: newest }),
  };
  const story: SiteStory = {
    siteId: 'florist',
    url: 'https://florist.example/login',
    runs: sightings.map((sighting, index) => ({
      ...sighting,
      verdict: index % 2 === 0 ? 'failed' : index === 1 ? 'flaky' : 'passed',
      totalMs: 1500 * (index + 1),
      attempts: 2 - (index % 2),
      ...(index % 2 === 0 ? { cause: 'check', message: 'no form' } : {}),
    })),
    ...failing,
    expectedMs: 2000,
    checks: [{ title: 'login has a form', failing: 2, ...failing }],
  };
  hold(t, 'history', historyText(story, { color: false }));
});

test('expectations update', (t) => {
  const update = { added: [{ site: 'florist', check: 'login works' }, { site: 'toys' }], removed: [{ site: 'books' }] };
  hold(t, 'expectations', expectationsUpdateText(update, 'expectations.yaml'));
});

test('grid status', (t) => {
  const memory = { usedBytes: 700 * 1024 ** 2, limitBytes: 2 * 1024 ** 3 };
  const node = (number: number): Parameters<typeof gridTable>[0][number]['nodes'][number] => ({
    name: `gridrun-ci-node-${number}`,
    state: 'running',
    availability: 'UP',
    sessions: number,
    slots: 2,
    memory,
    uri: `http://172.18.0.${number + 1}:5555`,
  });
  const facts = { url: 'http://127.0.0.1:4444', slots: 4, sessions: 3, queue: 1, ofRun: false };
  const hub = { name: 'gridrun-ci-hub', state: 'running', memory };
  hold(t, 'grid-status', gridTable([{ name: 'ci', state: 'ready', ...facts, hub, nodes: [node(1), node(2)] }]));
});

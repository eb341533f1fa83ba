import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { RunEvent } from '../../src/core/event.ts';
import type { Reporter } from '../../src/core/ports.ts';
import { RunState } from '../../src/core/run-state.ts';
import { attachmentBase, createReporters, type ReportersSetup } from '../../src/report/create.ts';
import { Multiplexer } from '../../src/report/multiplexer.ts';
import { variedRun } from '../support/run-events.ts';

const folder = mkdtempSync(join(tmpdir(), 'gridrun-report-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('a reporter that throws is remembered and left out; the others get every event and finish', async () => {
  const seen: RunEvent[] = [];
  let finished = 0;
  const good: Reporter = { onEvent: (event) => seen.push(event), finish: async () => void finished++ };
  const thrower: Reporter = {
    onEvent: () => {
      throw new Error('on event');
    },
    finish: async () => assert.fail('was left out'),
  };
  const late: Reporter = { onEvent: () => {}, finish: () => Promise.reject(new Error('on finish')) };
  const run = variedRun().ended();
  const all = new Multiplexer(new RunState(), [
    { name: 'thrower', reporter: thrower },
    { name: 'good', reporter: good },
    { name: 'late', reporter: late },
    { name: 'good too', reporter: { onEvent: (event) => seen.push(event) } },
  ]);
  for (const event of run.events) all.onEvent(event);
  await all.finish();
  assert.equal(seen.length, run.events.length * 2);
  assert.equal(finished, 1);
  assert.deepEqual(
    all.failures.map(({ reporter, error }) => [reporter, (error as Error).message]),
    [
      ['thrower', 'on event'],
      ['late', 'on finish'],
    ],
  );
});

test('the fold has an event before a reporter gets it', () => {
  const state = new RunState();
  const planned: number[] = [];
  const all = new Multiplexer(state, [
    { name: 'looker', reporter: { onEvent: () => planned.push(state.plannedCount) } },
  ]);
  for (const event of variedRun().events.slice(0, 2)) all.onEvent(event);
  assert.deepEqual(planned, [0, 8]);
});

function setup(written: string[], state: RunState): ReportersSetup {
  return {
    state,
    stream: { write: (text) => written.push(text) },
    isTTY: false,
    columns: 80,
    color: false,
    now: () => 0,
    refreshMs: 0,
    out: 'results',
    cwd: folder,
    reportFailures: () => [],
  };
}

test("junit.xml is always written; reporters with a path write there; the terminal's come last", async () => {
  const state = new RunState();
  const written: string[] = [];
  const reporters = createReporters(
    [{ name: 'json', path: 'deep/events.json' }, { name: 'dot' }, { name: 'junit', path: 'deep/more.xml' }],
    setup(written, state),
  );
  assert.deepEqual(
    reporters.map(({ name }) => name),
    ['junit=results/junit.xml', 'junit=deep/more.xml', 'html=results/report.html', 'json=deep/events.json', 'dot'],
  );
  const all = new Multiplexer(state, reporters);
  const run = variedRun().ended();
  for (const event of run.events) all.onEvent(event);
  await all.finish();
  assert.deepEqual(all.failures, []);
  const junit = readFileSync(join(folder, 'results/junit.xml'), 'utf8');
  assert.match(junit, /\[\[ATTACHMENT\|results\/evidence\/bad\//);
  assert.equal(readFileSync(join(folder, 'deep/more.xml'), 'utf8'), junit);
  assert.deepEqual(readFileSync(join(folder, 'deep/events.json')), run.journal());
  assert.ok(written.join('').startsWith('·'));
});

test('every unknown reporter is named in one refusal', () => {
  assert.throws(
    () => createReporters([{ name: 'lst' }, { name: 'list' }, { name: 'pdf' }], setup([], new RunState())),
    {
      answer: 'refuse',
      mistakes: ['there is no reporter "lst"', 'there is no reporter "pdf"'],
      hint: 'the reporters are list, line, dot, json, junit, html, github, ctrf',
    },
  );
});

test('attachments are named from the working directory, or absolutely where the folder lies elsewhere', () => {
  assert.equal(attachmentBase('/a/b', 'out'), 'out');
  assert.equal(attachmentBase('/a/b', '/a/b/c/d'), 'c/d');
  assert.equal(attachmentBase('/a/b', '../other'), '/a/other');
  assert.equal(attachmentBase('/a/b', '.'), '');
  assert.equal(attachmentBase('/a/b', '..out'), '..out');
});

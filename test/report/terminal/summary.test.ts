import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateEvents, type Excuser } from '../../../src/core/gate.ts';
import type { ReportFailure } from '../../../src/report/multiplexer.ts';
import { siteLine } from '../../../src/report/terminal/site-line.ts';
import { summaryText } from '../../../src/report/terminal/summary.ts';
import { foldEvents } from '../../../src/results/fold.ts';
import { FakeRun, errored, failed, passed, siteOf } from '../../support/run-events.ts';

async function textOf(run: FakeRun, failures: readonly ReportFailure[] = []): Promise<string> {
  const state = await foldEvents(run.events);
  return summaryText({
    state,
    stream: { write: () => true },
    isTTY: false,
    columns: 80,
    color: false,
    now: () => 0,
    out: 'out',
    reportFailures: () => failures,
  });
}

async function gated(run: FakeRun, excuser: Excuser): Promise<FakeRun> {
  const state = await foldEvents(run.events);
  for (const event of gateEvents(
    [...state.sites()].map(({ verdict }) => verdict),
    { expectations: excuser },
  ))
    run.add(event);
  return run.ended();
}

function broken(count: number): FakeRun {
  const ids = Array.from({ length: count }, (_, index) => `site-${index}`);
  const run = new FakeRun(
    [...ids, 'other'].map((id) => siteOf(id)),
    ['t', 'u'],
  );
  for (const id of ids)
    run
      .attempt(id, [failed('t', `no form at https://${id}.example/login after ${id.length * 70} ms`), passed('u')])
      .judged(id);
  return run.attempt('other', [failed('t', 'something else'), errored('u')]).judged('other');
}

test('sites that fail alike are shown together', async () => {
  const text = await textOf(broken(37).ended());
  assert.match(
    text,
    /\n37 sites failed the same way \([0-9a-f]{12}\): no form at https:\/\/site-0\.example\/login after 420 ms\n {4}t: site-0, site-1, site-2, site-3, site-4, … and 32 more\n/,
  );
  assert.equal(text.match(/failed the same way/g)?.length, 1);
});

test('a site whose failures are all known is not told of at length, and not counted in the exit code', async () => {
  const run = await gated(broken(3), {
    excuse: (_check, site) => (site.siteId === 'other' ? undefined : 'moved to another provider'),
  });
  const text = await textOf(run);
  assert.match(text, /^\n✗ other \(failed, cause check\)/);
  assert.match(
    text,
    /\n3 sites have only known failures\n {4}✗ site-0 \(failed\): expected: moved to another provider\n/,
  );
  assert.doesNotMatch(text, /failed the same way/);
  assert.match(text, /\n4 sites: 4 failed /);
  assert.match(text, /\nexit 1: a check failed\n/);
  const all = await textOf(await gated(broken(3), { excuse: () => 'known' }));
  assert.match(all, /4 sites have only known failures/);
  assert.doesNotMatch(all, /\nexit /);
});

test('a check that does not gate is marked where another of its site does', async () => {
  const run = await gated(broken(1), {
    excuse: (check, site) => (site.siteId === 'other' && check.title === 'u' ? 'dead\u001b[2J' : undefined),
  });
  assert.match(
    await textOf(run),
    /✗ other .*\n {4}t\n {6}something else\n {6}at checks\/a\.check\.ts:3:5\n {4}u \(not counted, expected: dead\)\n/,
  );
});

test('checks that one failed hook kept from running share its error', async () => {
  const run = new FakeRun([siteOf('one')], ['a', 'b', 'c']);
  const text = await textOf(
    run
      .attempt('one', [failed('a', 'no form'), failed('b', 'no form'), failed('c', 'no button')])
      .judged('one')
      .ended(),
  );
  assert.match(text, /\n {4}a\n {4}b\n {6}no form\n {6}at \S+\n {4}c\n {6}no button\n/);
});

test('a check that failed is told of before one that was only flaky', async () => {
  const run = new FakeRun([siteOf('one')], ['a', 'b']);
  const flaky = { ...passed('a'), rescued: true, fault: failed('a', 'first try').fault! };
  const state = await foldEvents(
    run
      .attempt('one', [flaky, failed('b', 'the real reason')])
      .judged('one')
      .ended().events,
  );
  assert.match(siteLine(state.site('one')!.verdict, false), /: b: the real reason$/);
  assert.match(await textOf(run), /\n {4}b\n {6}the real reason\n[^]*\n {4}a \(flaky\)\n/);
});

test('a failure in the headless shell may be tried in full Chrome', async () => {
  const run = (chrome: 'shell' | 'full'): FakeRun =>
    new FakeRun([siteOf('a')], ['t'], { chrome })
      .attempt('a', [failed('t')])
      .judged('a')
      .ended();
  assert.match(
    await textOf(run('shell')),
    /--last-failed with the same flags\nto try them in full Chrome: add --chrome full\n$/,
  );
  assert.doesNotMatch(await textOf(run('full')), /--chrome/);
});

test('the summary names only reports that were written, and how to write the others', async () => {
  const failure = (reporter: string): ReportFailure => ({ reporter, error: new Error('no room') });
  const onlyHtml = await textOf(broken(1).ended(), [failure('junit=out/junit.xml')]);
  assert.match(
    onlyHtml,
    /\nreport: out\/report\.html\nto write the reports again: gridrun merge-reports out --out <another folder>\nto rerun only these: .*\n$/,
  );
  const none = await textOf(broken(1).ended(), [failure('junit=out/junit.xml'), failure('html=out/report.html')]);
  assert.doesNotMatch(none, /report: /);
  const other = await textOf(broken(1).ended(), [failure('junit=elsewhere.xml')]);
  assert.match(other, /\nreport: out\/junit\.xml\nto rerun/);
  const nothingWrong = new FakeRun([siteOf('a')], ['t'])
    .attempt('a', [passed('t')])
    .judged('a')
    .ended();
  assert.doesNotMatch(await textOf(nothingWrong, [failure('results.json')]), /to rerun/);
});

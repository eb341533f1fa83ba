import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { RunState } from '../../../src/core/run-state.ts';
import { GithubReporter } from '../../../src/report/github/github.ts';
import { githubAnnotations } from '../../../src/report/github/github-annotations.ts';
import { githubSummary } from '../../../src/report/github/github-summary.ts';
import { markdownText } from '../../../src/report/github/markdown-text.ts';
import { terminalLine, terminalText } from '../../../src/report/terminal/terminal-text.ts';
import { FakeRun, failed, passed, siteOf, variedRun } from '../../support/run-events.ts';

const MIB = 1024 * 1024;
const folder = mkdtempSync(join(tmpdir(), 'gridrun-github-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function stateOf(run: FakeRun): RunState {
  const state = new RunState();
  for (const event of run.events) state.apply(event);
  return state;
}

/** So many sites that fail, in so many ways, with long messages. */
function failing(count: number, ways: number): RunState {
  const words = [
    'alpha',
    'beta',
    'gamma',
    'delta',
    'epsilon',
    'zeta',
    'eta',
    'theta',
    'iota',
    'kappa',
    'lambda',
    'mu',
    'nu',
    'xi',
    'omicron',
    'pi',
    'rho',
    'sigma',
    'tau',
    'phi',
  ];
  const run = new FakeRun(
    Array.from({ length: count }, (_, index) => siteOf(`s${index}`)),
    ['t'],
  );
  for (let index = 0; index < count; index++) {
    run
      .attempt(`s${index}`, [failed('t', `no ${words[index % ways] ?? ''} ${'long '.repeat(800)}`)])
      .judged(`s${index}`);
  }
  return stateOf(run.ended());
}

test('5,000 failures stay within what GitHub shows of a step and takes as a summary', () => {
  const state = failing(5000, 20);
  const lines = githubAnnotations(state);
  assert.equal(lines.length, 10);
  assert.match(lines[0] ?? '', /^::error file=checks\/a\.check\.ts,line=3,title=t%3A 250 sites::no alpha/);
  assert.match(lines[9] ?? '', /^::error title=11 more groups of failures::/);
  for (const line of lines) assert.ok(Buffer.byteLength(line) < 10_000);
  const summary = githubSummary(state, 'gridrun-results', MIB);
  assert.ok(Buffer.byteLength(summary) <= MIB);
  assert.match(summary, /\| 0 \| 0 \| 5000 \| 0 \| 0 \| 0 \| 5000 \|/);
  assert.match(summary, /What broke: 20 causes/);
  assert.match(summary, /… and 4000 more/);
  const small = githubSummary(state, 'gridrun-results', 20_000);
  assert.ok(Buffer.byteLength(small) <= 20_000);
  assert.match(small, /<\/details>/);
});

test('warnings are for what is flaky and for notices, errors for what fails; a run that passes has none', () => {
  const lines = githubAnnotations(stateOf(variedRun().ended()));
  assert.deepEqual(
    lines.map((line) => /^::(\w+) /.exec(line)?.[1]),
    ['error', 'error', 'error', 'warning', 'warning'],
  );
  assert.match(lines.join('\n'), /title=flaky%3A 2 sites::flaky, rescued/);
  assert.deepEqual(
    githubAnnotations(
      stateOf(
        new FakeRun([siteOf('a')], ['t'])
          .attempt('a', [passed('t')])
          .judged('a')
          .ended(),
      ),
    ),
    [],
  );
});

test('a report that could not be written is no "all passed": the run exits 4', () => {
  const state = stateOf(
    new FakeRun([siteOf('b')], ['t'])
      .attempt('b', [passed('t')])
      .judged('b')
      .ended(),
  );
  const summary = githubSummary(state, undefined, 10_000, ['ctrf=/full/x.json']);
  assert.match(summary, /^## gridrun: a report could not be written\n/);
  assert.match(summary, /\*\*not written\*\*: ctrf/);
  assert.match(
    githubAnnotations(state, ['ctrf=/full/x.json'])[0] ?? '',
    /^::error title=a report could not be written::/,
  );
});

test('a summary calls passed only what passed', () => {
  const headOf = (run: FakeRun): string =>
    githubSummary(stateOf(run.ended()), undefined, 10_000).split('\n', 1)[0] ?? '';
  const skipped = new FakeRun([siteOf('a', { skip: 'later' })], ['t']).judged('a');
  assert.equal(headOf(skipped), '## gridrun: nothing was tried');
  const some = new FakeRun([siteOf('a', { skip: 'later' }), siteOf('b')], ['t']).attempt('b', [passed('t')]);
  assert.equal(headOf(some.judged('a').judged('b')), '## gridrun: all passed but 1 skipped');
  const all = new FakeRun([siteOf('b')], ['t']).attempt('b', [passed('t')]).judged('b');
  assert.equal(headOf(all), '## gridrun: all passed');
});

test('nothing of a site becomes a command, markup, a link or a mention', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const hostile = `::error::x\n##[add-mask]y ${text}`;
      const run = new FakeRun([siteOf('a')], ['t'])
        .attempt('a', [failed('t', hostile)])
        .judged('a')
        .ended();
      const lines = githubAnnotations(stateOf(run));
      assert.equal(lines.length, 1);
      assert.doesNotMatch(lines[0] ?? '', /[\r\n]/);
      assert.doesNotMatch(markdownText(hostile, 1000), /[<>|`*_[\]@\n\r]/);
      for (const shown of [terminalText(hostile), terminalLine(hostile)])
        assert.doesNotMatch(shown, /^\s*::\w+.*::|##\[/);
    }),
  );
});

test('the summary is appended, within what is left of its step; with a path it goes there alone', async () => {
  const summaryPath = join(folder, 'summary.md');
  writeFileSync(summaryPath, 'x'.repeat(MIB - 5000));
  const printed: string[] = [];
  const state = failing(300, 3);
  await new GithubReporter(state, {
    out: 'out',
    stream: { write: (text) => printed.push(text) },
    summaryPath,
  }).finish();
  const text = readFileSync(summaryPath, 'utf8');
  assert.ok(Buffer.byteLength(text) <= MIB);
  assert.match(text, /^x+## gridrun: a check failed/);
  assert.equal(printed.length, 3);
  const alone = join(folder, 'deep', 'comment.md');
  await new GithubReporter(state, { out: 'out', summaryPath: alone }).finish();
  assert.match(readFileSync(alone, 'utf8'), /^## gridrun: a check failed/);
});

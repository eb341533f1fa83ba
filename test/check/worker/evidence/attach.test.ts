import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench } from '../../suite-bench.ts';

test('what a hook attaches is in the results, for checks that passed, failed, were retried or are behind a hook', async () => {
  await using bench = await startBench({
    evidence: 'none',
    files: checkFile(
      'esm',
      `
      let tries = 0;
      describe('s', () => {
        afterEach(async function () { await attach(this.currentTest.state + '.txt', 'yes'); });
        after(async () => { await attach('after.txt', 'yes'); });
        it('passes', () => {});
        it('retries', function () { this.retries(1); if (tries++ === 0) throw new Error('no'); });
        it('fails', () => { assert.fail('no'); });
      });
      describe('hooks', () => {
        afterEach(async () => { await attach('before-it-failed.txt', 'yes'); throw new Error('no'); });
        it('failed before', () => { assert.fail('no'); });
      });`,
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  const attached = Object.fromEntries(
    outcome.checks.map(({ title, attachments = [] }) => [title, attachments.map(({ name }) => name)]),
  );
  assert.deepEqual(attached, {
    's passes': ['passed.txt'],
    's retries': ['undefined.txt', 'passed.txt'],
    's fails': ['failed.txt', 'after.txt'],
    'hooks failed before': ['before-it-failed.txt'],
  });
  for (const { path } of outcome.checks.flatMap(({ attachments = [] }) => attachments))
    assert.equal(await readFile(join(bench.dir, 'out', path), 'utf8'), 'yes');
});

test('what was attached before the attempt was cut is in the results', async () => {
  await using bench = await startBench({
    evidence: 'none',
    files: checkFile(
      'esm',
      "afterEach(async () => { await attach('late.txt', 'yes'); await new Promise(() => {}); }); it('passes', () => {});",
    ),
    checkTimeoutMs: 0,
  });
  const outcome = await bench.attempt({ site: siteNamed('one'), siteTimeoutMs: 3_000 });
  assert.equal(outcome.ending, 'timed-out');
  assert.deepEqual(
    outcome.checks[0]?.attachments?.map(({ name }) => name),
    ['late.txt'],
  );
});

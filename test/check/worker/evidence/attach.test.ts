import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../../suite-bench.ts';

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

test('an attach that the results folder does not take is no fault of the check', async () => {
  await using bench = await startBench({
    evidence: 'none',
    files: checkFile(
      'esm',
      `
      it('awaits', async () => { await attach('note.txt', 'yes'); });
      it('wraps', async () => { await attach('note.txt', 'yes').catch((cause) => { throw new Error('no note', { cause }); }); });
      it('passes', () => {});`,
    ),
  });
  await writeFile(join(bench.dir, 'out'), 'a file where the folder should be');
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(
    outcome.checks.map(({ title, status, fault }) => [title, status, fault?.code, fault?.cause]),
    [
      ['awaits', 'errored', 'evidence.write', 'runner'],
      ['wraps', 'errored', 'evidence.write', 'runner'],
      ['passes', 'passed', undefined, undefined],
    ],
  );
});

test('without room on the disk it is evidence.disk-full', { skip: !existsSync('/dev/full') }, async () => {
  await using bench = await startBench({
    evidence: 'none',
    files: checkFile('esm', "it('awaits', async () => { await attach('note.txt', 'yes'); });"),
  });
  const folder = join(bench.dir, 'out/evidence/one/awaits/1');
  await mkdir(folder, { recursive: true });
  await symlink('/dev/full', join(folder, 'note.txt'));
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual([outcome.checks[0]?.status, outcome.checks[0]?.fault?.code], ['errored', 'evidence.disk-full']);
});

test('a name of any length and script is written, keeps its ending, and stays apart from another', async () => {
  await using bench = await startBench({
    evidence: 'none',
    files: checkFile(
      'esm',
      `it('attaches', async () => {
        for (const name of ['長'.repeat(100), '長'.repeat(100) + '.png', '長'.repeat(101) + '.png', 'a'.repeat(20_000), '𠮷'.repeat(90), '', '..', 'x.' + 'y'.repeat(300)])
          await attach(name, 'yes');
      });`,
    ),
  });
  const outcome = await bench.attempt({ site: siteNamed('one') });
  assert.deepEqual(statuses(outcome), ['attaches: passed'], outcome.checks[0]?.fault?.message);
  const names = (outcome.checks[0]?.attachments ?? []).map(({ path }) => basename(path));
  assert.equal(new Set(names).size, 8, names.join('\n'));
  assert.ok(names.every((name) => Buffer.byteLength(name) <= 255));
  assert.equal(names.filter((name) => name.endsWith('.png')).length, 2);
});

test('bytes that a check attaches hold no secret: text in UTF-8 is cleaned, other bytes keep their places', async () => {
  await using bench = await startBench({
    evidence: 'none',
    files: checkFile(
      'esm',
      `it('works', async () => {
        const secret = site.env.ATTACH_PW;
        await attach('page.html', Buffer.from('<p>ü ' + secret + '</p>'));
        await attach('binary', Buffer.concat([Buffer.from([0xff, 0xfe, 0]), Buffer.from(secret), Buffer.from([0xff])]));
        await attach('harmless', new Uint8Array([1, 2, 0xff]));
      });`,
    ),
  });
  process.env['ATTACH_PW'] = 'hunter2-secret';
  try {
    const outcome = await bench.attempt({ site: { ...siteNamed('one'), env: ['ATTACH_PW'] } });
    const [page, binary, harmless] = await Promise.all(
      (outcome.checks[0]?.attachments ?? []).map(({ path }) => readFile(join(bench.dir, 'out', path))),
    );
    assert.equal(page?.toString(), '<p>ü ***</p>');
    assert.equal(binary?.toString('latin1'), `\xff\xfe\0${'*'.repeat('hunter2-secret'.length)}\xff`);
    assert.deepEqual([...(harmless ?? [])], [1, 2, 0xff]);
  } finally {
    delete process.env['ATTACH_PW'];
  }
});

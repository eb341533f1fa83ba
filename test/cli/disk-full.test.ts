import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const NO_SHELL = process.platform === 'win32' ? 'needs a shell' : false;

test('no room for the head of the journal: exit 4, and no session is opened', { skip: NO_SHELL }, async () => {
  await using stub = await startStub();
  const ids = Array.from({ length: 2000 }, (_, index) => `site-${index}`);
  await using place = await Workplace.with({
    'sites.json': siteList(...ids),
    'x.check.mjs': checkFile('await driver.get(site.url);'),
  });
  // A write after the limit fails as one on a full disk does.
  const { code, stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url], {
    shell: 'ulimit -f 32; exec "$@"',
  });
  assert.equal(code, 4, stdout.slice(-2000) + stderr);
  assert.match(stdout, /cannot write the journal/);
  assert.equal(stub.stats.sessionsCreated, 0);
});

test(
  'no room for an attachment: no part of it stays, which would take the room of the reports',
  { skip: NO_SHELL },
  async () => {
    await using stub = await startStub();
    await using place = await Workplace.with({
      'sites.json': siteList('a'),
      'x.check.mjs': checkFile("await driver.get(site.url); await attach('big.bin', Buffer.alloc(1_000_000));"),
    });
    const { code, stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url], {
      shell: 'ulimit -f 1000; exec "$@"',
    });
    assert.equal(code, 3, stdout + stderr);
    assert.match(stdout, /big\.bin|file too large/);
    const files = await readdir(join(place.folder, 'gridrun-results'), { recursive: true });
    assert.deepEqual(
      files.filter((file) => file.includes('big')),
      [],
    );
  },
);

test(
  'the disk is full in mid-run: the summary names no file that is not there, and ends with what to do',
  { skip: NO_SHELL },
  async () => {
    await using stub = await startStub();
    const ids = Array.from({ length: 60 }, (_, index) => `site-${index}`);
    await using place = await Workplace.with({
      'sites.json': siteList(...ids),
      'x.check.mjs': checkFile("await driver.get(site.url); if (site.id === 'site-7') throw new Error('no');"),
    });
    const run = ['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '--evidence', 'none'];
    const withSummary = [...run, '--reporter', 'list,github=summary.md'];
    const { code, stdout, stderr } = await place.run(withSummary, { shell: 'ulimit -f 48; exec "$@"' });
    assert.equal(code, 4, stdout + stderr);
    const files = await readdir(join(place.folder, 'gridrun-results'));
    assert.deepEqual(
      files.filter((name) => /junit|report\.html|\.part$/.test(name)),
      [],
      'what found no room leaves no part, which would take the room of the next report',
    );
    assert.doesNotMatch(stdout, /^report: |--last-failed/m);
    assert.doesNotMatch(await place.read('summary.md'), /Full report/);
    assert.match(stdout, /^cannot write the journal .*EFBIG/m);
    assert.match(stdout, /\n.*free space on the disk, then .* --resume.*\n$/);
    const kept = (await place.journal()).filter(({ type }) => type === 'site-judged').length;
    assert.ok(kept > 0 && kept < ids.length);

    const resumed = await place.run([...run, '--resume']);
    assert.equal(resumed.code, 1, resumed.stdout + resumed.stderr);
    assert.match(resumed.stdout, /\nreport: \S+\/junit\.xml\nto rerun only these: .*--last-failed/);
    // What the summary advises when only reports found no room.
    const again = await place.run(['merge-reports', 'gridrun-results', '--out', 'again']);
    assert.equal(again.code, 1, again.stdout + again.stderr);
    assert.deepEqual(await place.verdicts('again'), await place.verdicts());
  },
);

test(
  'no room for the first line of the journal: run again, for there is nothing to resume',
  { skip: NO_SHELL },
  async () => {
    await using stub = await startStub();
    const tests = Array.from({ length: 200 }, (_, index) => `it('${'long '.repeat(20)}${index}', () => {});`);
    await using place = await Workplace.with({ 'sites.json': siteList('a'), 'x.check.mjs': tests.join('\n') });
    const { code, stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url], {
      shell: 'ulimit -f 16; exec "$@"',
    });
    assert.equal(code, 4, stdout + stderr);
    assert.match(stdout, /\nfree space on the disk, then run again\n$/);
  },
);

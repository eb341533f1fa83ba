import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { siteList, type Workplace } from '../support/command.ts';
import { startStubForBuild, withBuild } from '../support/stub-extension.ts';

/** Only the build fails it, and only on `s1`. */
const CHECK = `
import { driver, site } from 'gridrun/check';
it('the icon is there @extension', async () => {
  await driver.get(site.url);
  if (site.id === 's1') throw new Error('no icon');
});
it('the page has a title', async () => { await driver.get(site.url); });
`;

/** A workplace with the stub's build in \`build/\`, and a later build of the same version in \`later/\`. */
async function withTwoBuilds(): Promise<Workplace> {
  const place = await withBuild({ 'sites.json': siteList('s0', 's1'), 'a.check.mjs': CHECK });
  await place.write('later/manifest.json', await place.read('build/manifest.json'));
  await place.write('later/content.js', '// later');
  return place;
}

const commandOver = (grid: string, ...flags: readonly string[]): string[] => [
  'a.check.mjs',
  '--sites=sites.json',
  '--evidence=none',
  '--grid',
  grid,
  ...flags,
];

test('--last-failed without the extension of the last run is refused: it would try nothing that failed', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  assert.equal((await place.run(commandOver(stub.url, '--extension', 'build'))).code, 1);
  const { code, stderr } = await place.run(commandOver(stub.url, '--last-failed'));
  assert.equal(code, 2, stderr);
  assert.match(stderr, /the last run had the extension stub-build 1\.0 \([0-9a-f]{8}\), and this run has none/);
  assert.match(stderr, /code: last-failed\.extension/);
  assert.deepEqual(await place.verdicts(), { s0: 'passed', s1: 'failed' });
  // A later build is what a rerun is for.
  const again = await place.run(commandOver(stub.url, '--last-failed', '--extension', 'later'));
  assert.equal(again.code, 1, again.stderr);
  assert.deepEqual(await place.verdicts(), { s1: 'failed' });
});

test('--last-failed without the checks that failed is refused, and so is a selection without failed sites', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  const extension = ['--extension', 'build'];
  assert.equal((await place.run(commandOver(stub.url, ...extension))).code, 1);
  const other = await place.run(commandOver(stub.url, ...extension, '--last-failed', '--grep', 'title'));
  assert.equal(other.code, 2, other.stderr);
  assert.match(
    other.stderr,
    /check "the icon is there @extension" is not in this run: s1\n[^]*code: last-failed\.checks/,
  );
  const none = await place.run(commandOver(stub.url, ...extension, '--last-failed', '--site', 's0'));
  assert.match(none.stderr, /no site that did not pass in the last run is selected/);
});

test('--last-failed after a check was renamed runs, and names the check that is gone', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  const extension = ['--extension', 'build'];
  assert.equal((await place.run(commandOver(stub.url, ...extension))).code, 1);
  await place.write('a.check.mjs', CHECK.replace('the icon is there', 'an icon is there').replace("'s1'", "'none'"));
  const { code, stdout, stderr } = await place.run(commandOver(stub.url, ...extension, '--last-failed'));
  assert.equal(code, 0, stderr);
  assert.match(
    stdout,
    /checks that failed in the last run are gone: check "the icon is there @extension" is not in this run: s1/,
  );
  assert.deepEqual(await place.verdicts(), { s1: 'passed' });
});

test('--last-failed with another check file is refused: the file of what failed is there, and is left out', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  const extension = ['--extension', 'build'];
  assert.equal((await place.run(commandOver(stub.url, ...extension))).code, 1);
  await place.write('b.check.mjs', CHECK.replace('the icon is there', 'an icon is there').replace("'s1'", "'none'"));
  const other = commandOver(stub.url, ...extension, '--last-failed').map((arg) => arg.replace('a.check', 'b.check'));
  const { code, stderr } = await place.run(other);
  assert.equal(code, 2, stderr);
  assert.match(stderr, /check "the icon is there @extension" is not in this run: s1\n[^]*code: last-failed\.checks/);
  // A file that was renamed is an edit.
  await rm(join(place.folder, 'a.check.mjs'));
  const renamed = await place.run(other);
  assert.equal(renamed.code, 0, renamed.stderr);
  assert.match(renamed.stdout, /checks that failed in the last run are gone/);
});

test('--last-failed refuses a journal that was cut off inside its plan, and compare calls it no answer', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  assert.equal((await place.run(commandOver(stub.url, '--out', 'before'))).code, 0);
  assert.equal((await place.run(commandOver(stub.url))).code, 0);
  const [started = '', planned = ''] = (await place.read('gridrun-results/events.ndjson')).split('\n');
  const { sites, ...rest } = JSON.parse(planned) as { sites: readonly unknown[] };
  const cut = JSON.stringify({ ...rest, sites: sites.slice(0, 1) });
  await place.write('cut/events.ndjson', `${started}\n${cut}\n`);
  const rerun = await place.run(commandOver(stub.url, '--last-failed', '--out', 'cut'));
  assert.equal(rerun.code, 2, rerun.stderr);
  assert.match(rerun.stderr, /it names 1 of 2 sites\n[^]*code: last-failed\.cut/);
  const compared = await place.run(['compare', 'before', 'cut']);
  assert.equal(compared.code, 3, compared.stdout);
  assert.match(compared.stdout, /^the later run was cut off before it had written its plan$/m);
});

test('compare: a rerun of failed sites has no answer for the others', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  const build = ['--extension', 'build', '--out'];
  assert.equal((await place.run(commandOver(stub.url, ...build, 'before'))).code, 1);
  assert.equal((await place.run(commandOver(stub.url, ...build, 'after'))).code, 1);
  assert.equal((await place.run(commandOver(stub.url, ...build, 'after', '--last-failed'))).code, 1);
  const { code, stdout } = await place.run(['compare', 'before', 'after']);
  assert.equal(code, 3, stdout);
  assert.match(stdout, /^the later run tried only the sites that had failed \(--last-failed\)$/m);
  assert.match(stdout, /\nnot run any more \(1\)\n {2}\S s0 \(passed → not-run\)/);
  assert.doesNotMatch(stdout, /removed/);
});

test('compare: what failed is not fixed by a run that did not try it again', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  assert.equal((await place.run(commandOver(stub.url, '--extension', 'build', '--out', 'before'))).code, 1);
  assert.equal((await place.run(commandOver(stub.url, '--out', 'after'))).code, 0);
  const { code, stdout } = await place.run(['compare', 'before', 'after']);
  assert.equal(code, 0);
  assert.match(stdout, /^extension: stub-build 1\.0 \([0-9a-f]{8}\) before, none after$/m);
  assert.match(
    stdout,
    /\nfailed before, not tried again \(1\)\n {2}✓ s1 \(failed → passed\) .*\n {6}the icon .* \(failed → skipped\)/,
  );
  assert.doesNotMatch(stdout, /fixed/);
});

test('a run without the extension says which checks it skips', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  const some = await place.run(commandOver(stub.url));
  assert.deepEqual([some.code, await place.verdicts()], [0, { s0: 'passed', s1: 'passed' }]);
  assert.match(some.stdout, /this run has no extension, so it skips 1 of 2 checks \(@extension\); pass --extension/);
  const none = await place.run(commandOver(stub.url, '--grep', 'icon'));
  assert.match(
    none.stdout,
    /every check needs an extension \(@extension\), so this run tries nothing; pass --extension/,
  );
  assert.deepEqual(await place.verdicts(), { s0: 'skipped', s1: 'skipped' });
});

test('a run of one build does not resume a run of another', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  const started = place.start(commandOver(stub.url, '--extension', 'build', '-j', '1'));
  await started.event((event) => event.type === 'site-judged');
  started.process.kill('SIGKILL');
  await started.ended;
  for (const [flags, now] of [
    [['--extension', 'later'], /--extension: stub-build 1\.0 \(\w{8}\) then, stub-build 1\.0 \(\w{8}\) now/],
    [
      ['--extension', 'build', '--control', 'none'],
      /control: none then, on failures now[^]*--control: not given then, none now/,
    ],
    [[], /--extension: stub-build 1\.0 \(\w{8}\) then, not given now/],
  ] as const) {
    const { code, stderr } = await place.run(commandOver(stub.url, '--resume', ...flags));
    assert.equal(code, 2, stderr);
    assert.match(stderr, now);
    assert.match(stderr, /code: resume\.plan/);
  }
  const resumed = await place.run(commandOver(stub.url, '--resume', '--extension', 'build'));
  assert.equal(resumed.code, 1, resumed.stderr);
});

test('shards of two builds are not merged', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  await place.run(commandOver(stub.url, '--extension', 'build', '--shard', '1/2', '--out', 'shards/1'));
  await place.run(commandOver(stub.url, '--extension', 'later', '--shard', '2/2', '--out', 'shards/2'));
  const { stdout, stderr } = await place.run(['merge-reports', 'shards', '--out', 'merged']);
  assert.match(
    stdout + stderr,
    /different plan and is left out: --extension \(stub-build 1\.0 \(\w{8}\) instead of stub-build/,
  );
  assert.match(stdout + stderr, /shard [12]\/2 is missing/);
});

test('compare: a later run that tried nothing is no answer, and shards are not compared with whole runs', async () => {
  await using stub = await startStubForBuild();
  await using place = await withTwoBuilds();
  await place.run(commandOver(stub.url, '--extension', 'build', '--out', 'before'));
  await place.run(commandOver(stub.url, '--grep', 'icon', '--out', 'nothing'));
  const { code, stdout } = await place.run(['compare', 'before', 'nothing']);
  assert.deepEqual([code, /tried no site, so there is no answer/.test(stdout)], [3, true], stdout);
  await place.run(commandOver(stub.url, '--extension', 'build', '--shard', '1/2', '--out', 'part'));
  const part = await place.run(['compare', 'before', 'part']);
  assert.equal(part.code, 2);
  assert.match(part.stderr, /the earlier run is shard 1\/1 and the later run is shard 1\/2[^]*code: compare\.shards/);
});

test('--checks names check files, as the arguments do', async () => {
  await using place = await withTwoBuilds();
  await place.write('b.check.mjs', "it('another', () => {});");
  const titles = async (...args: readonly string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await place.run([...args, '--sites', 'sites.json', '--list']);
    assert.equal(code, 0, stderr);
    return [...stdout.matchAll(/^ {2}(.*) {2}\[(.*)\]$/gm)].map(([, title = '']) => title);
  };
  assert.deepEqual(await titles('--checks', 'b.check.mjs'), ['another']);
  assert.deepEqual(await titles('--checks=b.check.mjs'), ['another']);
  const both = await titles('a.check.mjs', '--checks', 'b.check.mjs');
  assert.deepEqual(both.toSorted(), ['another', 'the icon is there @extension', 'the page has a title']);
});

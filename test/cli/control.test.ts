import assert from 'node:assert/strict';
import { test } from 'node:test';
import { siteList } from '../support/command.ts';
import { failingIf, startStubForBuild, withBuild } from '../support/stub-extension.ts';

const ids = (count: number): string[] => Array.from({ length: count }, (_, index) => `s${index}`);
/** The build in `build/` against no extension. */
function commandOver(grid: string, ...flags: readonly string[]): string[] {
  const arms = ['--extension', 'build', '--control', 'none'];
  return ['a.check.mjs', '--sites', 'sites.json', '--grid', grid, ...arms, ...flags];
}

const BROKEN_BY_BUILD = 'extension.loaded';
const BROKEN = "site.id === 's3' && extension.loaded";

test('the loads of a failing site are spread over the run, the build is blamed, and a picture of each arm is kept', async () => {
  await using stub = await startStubForBuild();
  await using place = await withBuild({ 'sites.json': siteList(...ids(150)), 'a.check.mjs': failingIf(BROKEN) });
  const { code, stdout } = await place.run(commandOver(stub.url, '-j', '1'));
  assert.equal(code, 1, stdout);
  const site = (await place.results()).sites.find(({ id }) => id === 's3');
  assert.deepEqual([site?.verdict, site?.cause, site?.attribution], ['failed', 'extension', 'broken']);
  const { subject = '', control = '' } = site?.arms?.pictures ?? {};
  assert.ok(
    (await place.read(`gridrun-results/${subject}`)) !== '' && (await place.read(`gridrun-results/${control}`)) !== '',
  );
  const withPicture = (await place.journal()).flatMap((event) =>
    event.type === 'attempt-ended' && event.attempt.checks.some(({ attachments = [] }) => attachments.length > 0)
      ? `${event.attempt.siteId} ${event.attempt.arm}`
      : [],
  );
  // Each failure with the build, and the control once.
  assert.deepEqual(withPicture.toSorted(), ['s3 control', ...Array<string>(5).fill('s3 subject')]);
  const started = (await place.journal()).flatMap((event) => (event.type === 'attempt-started' ? event.siteId : []));
  const places = started.flatMap((id, index) => (id === 's3' ? index : []));
  assert.equal(places.length, 9);
  const gaps = places.slice(1).map((at, index) => at - places[index]!);
  assert.ok(Math.min(...gaps) >= 8 && places.at(-1)! < 156, places.join(', '));
});

test('with the loads for comparisons used, the rest is suspect at most, and the run says how many', async () => {
  await using stub = await startStubForBuild({ sessionsPerNode: 8 });
  await using place = await withBuild({
    'sites.json': siteList(...ids(120)),
    'a.check.mjs': failingIf(BROKEN_BY_BUILD),
  });
  const flags = ['--control-budget', '10', '--control-run-budget', '0%', '--evidence', 'none'];
  const { stdout } = await place.run(commandOver(stub.url, '-j', '8', ...flags));
  const { sites, notices } = await place.results();
  // 250 loads in any case, for 25 sites. A broken site uses eight.
  const loads = sites.reduce((sum, { attempts }) => sum + attempts, 0);
  assert.ok(loads > 120 + 200 && loads <= 120 + 250, `${loads}`);
  const cut = sites.filter(({ arms }) => arms?.cut === true);
  assert.ok(cut.length >= 80 && cut.length <= 95, `${cut.length}`);
  assert.deepEqual(new Set(cut.map(({ verdict }) => verdict)), new Set(['errored']));
  assert.ok(sites.filter(({ attribution }) => attribution === 'broken').length >= 25);
  assert.ok(cut.every(({ attribution }) => attribution === 'undecided'));
  const notice = notices.find(({ code }) => code === 'run.control-budget');
  assert.match(notice?.text ?? '', new RegExp(`^the loads for comparisons .* are used: ${cut.length} sites were not`));
  assert.match(stdout, /fails 1 of 1 with the build, not tried without; undecided, .*; the run had no more loads/);
});

test('a build that makes sites flaky is told by their earlier nights, also over merged shards', async () => {
  await using stub = await startStubForBuild();
  await using place = await withBuild({
    'sites.json': siteList(...ids(24)),
    // In the second night, half of the sites fail at their first load and pass later.
    'a.check.mjs': failingIf('load === 2 && Number(site.id.slice(1)) % 2 === 0'),
  });
  const night = async (shard: number): Promise<string> => {
    const flags = ['--shard', `${shard}/2`, '--out', `out-${shard}`, '-j', '2', '--evidence', 'none'];
    return (await place.run(commandOver(stub.url, ...flags))).stdout;
  };
  await Promise.all([night(1), night(2)]);
  const [stdout] = await Promise.all([night(1), night(2)]);
  const ofShards = await Promise.all(
    ['out-1', 'out-2'].map(async (out) => (await place.results(out)).sweep?.flakierThanBefore?.siteCount ?? 0),
  );
  assert.ok(ofShards.every((count) => count > 0) && ofShards[0]! + ofShards[1]! === 24, ofShards.join());
  assert.match(stdout, /flakier than on earlier nights: \d+ of \d+ sites failed, \d\.\d to be expected: p = /);
  const merged = await place.run(['merge-reports', 'out-1', 'out-2', '--out', 'all']);
  const { sweep } = await place.results('all');
  const { p = 1, ...counts } = sweep?.flakierThanBefore ?? {};
  assert.deepEqual(counts, { siteCount: 24, failedCount: 12, expectedCount: 6 });
  assert.ok(Math.abs(p - 1 / 2 ** 12) < 1e-12, `${p}`);
  assert.match(
    merged.stdout,
    /made about 6 sites flakier than on earlier nights \(p = 2\.4e-4\); slower: not measured/,
  );
});

test('a site that may be loaded once only is not compared, and its line says so', async () => {
  await using stub = await startStubForBuild();
  const sites = [{ url: 'http://shop.test/', id: 'shop', once: true }];
  await using place = await withBuild({
    'sites.json': JSON.stringify(sites),
    'a.check.mjs': failingIf(BROKEN_BY_BUILD),
  });
  const { stdout } = await place.run(commandOver(stub.url));
  assert.equal((await place.journal()).filter(({ type }) => type === 'attempt-started').length, 1);
  assert.match(stdout, /✗ shop .*\n    not compared: it is marked `once`, so only a replay of its recording/);
});

test('two copies of one build say nothing, and the run warns of it', async () => {
  await using stub = await startStubForBuild();
  await using place = await withBuild({ 'sites.json': siteList('shop'), 'a.check.mjs': failingIf('false') });
  await place.write('copy/manifest.json', await place.read('build/manifest.json'));
  const flags = ['a.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '--extension', 'build'];
  const { code, stdout } = await place.run([...flags, '--control', 'copy']);
  assert.equal(code, 0, stdout);
  assert.match(stdout, /--extension and --control name two copies of one build/);
});

test('nights with a build and without a control do not clear the build: they cannot tell whose failures they saw', async () => {
  await using stub = await startStubForBuild();
  await using place = await withBuild({
    'sites.json': siteList('s0', 's1'),
    'a.check.mjs': failingIf("site.id === 's1' && extension.loaded"),
  });
  const night = ['a.check.mjs', '--sites=sites.json', '--evidence=none', '--grid', stub.url, '--extension', 'build'];
  for (const _ of Array.from({ length: 6 })) assert.equal((await place.run(night)).code, 1);
  const { code, stdout, stderr } = await place.run([...night, '--control', 'none']);
  assert.equal(code, 1, stderr);
  assert.match(stdout, /broken/);
  const s1 = (await place.results()).sites.find(({ id }) => id === 's1');
  assert.deepEqual([s1?.verdict, s1?.cause, s1?.attribution], ['failed', 'extension', 'broken']);
});

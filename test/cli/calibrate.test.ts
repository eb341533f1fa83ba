import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Calibration } from '../../src/core/calibration/calibrate.ts';
import { siteList } from '../support/command.ts';
import { failingIf, startStubForBuild, withBuild } from '../support/stub-extension.ts';

const SITES = siteList(...Array.from({ length: 30 }, (_, index) => `s${index}`));
// One site is down, one fails every other time. The build does nothing.
const NOISE = "site.id === 's7' || (site.id === 's11' && load % 2 === 1)";

test('gridrun calibrate shows the noise of a list, and fails for none of it', async () => {
  await using stub = await startStubForBuild();
  await using place = await withBuild({ 'sites.json': SITES, 'a.check.mjs': failingIf(NOISE) });
  const run = [
    'calibrate',
    'a.check.mjs',
    '--sites',
    'sites.json',
    '--grid',
    stub.url,
    '-j',
    '2',
    '--extension',
    'build',
  ];
  const { code, stdout, stderr } = await place.run(run);
  assert.equal(code, 0, stdout + stderr);
  const found = JSON.parse(await place.read('gridrun-results/calibration.json')) as Calibration;
  assert.equal(found.siteCount, 30);
  assert.equal(found.groups[0]?.siteCount, 28);
  assert.deepEqual(found.blamed.broken, []);
  assert.deepEqual(
    found.quarantine.map(({ siteId }) => siteId),
    ['s11'],
  );
  assert.deepEqual(found.neverPassed, ['s7']);
  assert.match(stdout, /failed each time, so this does not show if the build is why: s7\n/);
  assert.doesNotMatch(stdout, /exit 1|--last-failed/);
  assert.match(stdout, /the same build in both arms: 30 sites, \d+ loads\n {2}noise: \d\.\d % of first loads failed/);
  assert.match(stdout, /this list needs --control-budget \d+\n/);
  assert.match(stdout, /sites that fail do not fail a calibration\n$/);
  assert.doesNotMatch(stdout, /copies of one build/);
  const sites = (await place.results()).sites;
  assert.ok(sites.every(({ attempts }) => attempts >= 2));

  const json = await place.run([...run, '--json', '--grep', 'no such check']);
  assert.equal(json.code, 2, json.stdout);
});

test('gridrun calibrate refuses what would make its arms differ', async () => {
  await using place = await withBuild({ 'sites.json': SITES });
  const wrong = await place.run(['calibrate', '--extension', 'build', '--control', 'none', '--list']);
  assert.equal(wrong.code, 2);
  assert.match(wrong.stderr, /--control and --list cannot be used with gridrun calibrate/);
  const none = await place.run(['calibrate', '--sites', 'sites.json']);
  assert.equal(none.code, 2);
  assert.match(none.stderr, /gridrun calibrate has no build to compare with itself/);
});

test('gridrun calibrate that tried no site exits 3 and claims no noise', async () => {
  await using stub = await startStubForBuild();
  const skipped = JSON.stringify([{ id: 'a', url: 'https://a.test/', skip: 'later' }]);
  await using place = await withBuild({ 'sites.json': skipped, 'a.check.mjs': failingIf('false') });
  const command = ['calibrate', 'a.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '--extension', 'build'];
  const { code, stdout } = await place.run(command);
  assert.deepEqual([code, /no site was tried, so nothing was measured/.test(stdout)], [3, true], stdout);
});

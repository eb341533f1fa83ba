import assert from 'node:assert/strict';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const failing = (...ids: readonly string[]): string =>
  checkFile(`assert(!${JSON.stringify(ids)}.includes(site.id), 'broken today');`);
const RUN = ['x.check.mjs', '--sites', 'sites.json', '--grid'];

/** A workplace with the results of a night on which `a` failed, in `last-night`. */
async function afterANight(grid: string): Promise<Workplace> {
  const place = await Workplace.with({ 'sites.json': siteList('a', 'b', 'c'), 'x.check.mjs': failing('a') });
  assert.equal((await place.run([...RUN, grid])).code, 1);
  await cp(join(place.folder, 'gridrun-results'), join(place.folder, 'last-night'), { recursive: true });
  return place;
}

test('--baseline: what failed last night does not gate, what is new does', async () => {
  await using stub = await startStub();
  await using place = await afterANight(stub.url);
  const same = await place.run([...RUN, stub.url, '--baseline', 'last-night']);
  assert.equal(same.code, 0, same.stdout + same.stderr);
  assert.deepEqual(await place.verdicts(), { a: 'failed', b: 'passed', c: 'passed' });
  await place.write('x.check.mjs', failing('a', 'b'));
  const worse = await place.run([...RUN, stub.url, '--baseline', 'last-night']);
  assert.equal(worse.code, 1, worse.stdout);
  const compared = await place.run(['compare', 'last-night', 'gridrun-results']);
  assert.equal(compared.code, 1, compared.stdout + compared.stderr);
  assert.match(compared.stdout, /\bb\b/);
});

test('--bail and --max-failures do not count what is known', async () => {
  await using stub = await startStub();
  await using place = await afterANight(stub.url);
  const known = await place.run([...RUN, stub.url, '--baseline', 'last-night', '--bail', '-j', '1']);
  assert.equal(known.code, 0, known.stdout + known.stderr);
  assert.deepEqual(await place.verdicts(), { a: 'failed', b: 'passed', c: 'passed' });
  await place.write(
    'known.yaml',
    ['a', 'b', 'c'].map((site) => `- {site: ${site}, reason: x, owner: ada, until: 2999-01-01}\n`).join(''),
  );
  await place.write('x.check.mjs', failing('a', 'b', 'c'));
  const bailing = ['--expectations', 'known.yaml', '--bail', '-j', '1', '--chunk-size', '1'];
  const expected = await place.run([...RUN, stub.url, ...bailing]);
  assert.equal(expected.code, 0, expected.stdout + expected.stderr);
  assert.deepEqual(await place.verdicts(), { a: 'failed', b: 'failed', c: 'failed' });
  await place.write('known.yaml', (await place.read('known.yaml')).replaceAll('2999', '1999'));
  assert.equal((await place.run([...RUN, stub.url, ...bailing])).code, 1);
  assert.deepEqual(Object.values(await place.verdicts()).toSorted(), ['failed', 'not-run', 'not-run']);
});

test('expectations update writes what failed, and --expectations then excuses it', async () => {
  await using stub = await startStub();
  await using place = await afterANight(stub.url);
  const update = await place.run(['expectations', 'update', 'known.yaml']);
  assert.equal(update.code, 0, update.stderr);
  const written = await place.read('known.yaml');
  assert.match(written, /site: a/);
  const excused = await place.run([...RUN, stub.url, '--expectations', 'known.yaml']);
  assert.equal(excused.code, 0, excused.stdout + excused.stderr);
  await place.run(['expectations', 'update', 'known.yaml']);
  assert.equal(await place.read('known.yaml'), written);
  for (const path of ['gridrun-results', 'nowhere/known.yaml']) {
    const { code, stderr } = await place.run(['expectations', 'update', path]);
    assert.equal(code, 2, stderr);
    assert.match(stderr, /cannot (read|write) the known failures/);
  }
});

test('a run of some check files does not end what is known of a whole site, or call a check unknown', async () => {
  await using stub = await startStub();
  const named = (title: string): string => checkFile('await driver.get(site.url);', title);
  await using place = await Workplace.with({
    'sites.json': siteList('a'),
    'checks/one.check.mjs': named('one'),
    'checks/two.check.mjs': named('two'),
    'known.yaml': `
- {site: a, reason: two fails, owner: ada, until: 2999-01-01}
- {site: a, check: two, reason: two fails, owner: ada, until: 2999-01-01}`,
  });
  const flags = ['--sites', 'sites.json', '--grid', stub.url, '--expectations', 'known.yaml'];
  const part = await place.run(['checks/one.check.mjs', ...flags]);
  assert.equal(part.code, 0, part.stderr);
  assert.doesNotMatch(part.stdout, /expected to fail|not in the list or the suite/);
  const whole = await place.run(['checks/*.check.mjs', ...flags]);
  assert.match(whole.stdout, /expected to fail, but passed: a, a: two/);
});

test('the journal tells how a site that was not passed fared before', async () => {
  await using stub = await startStub();
  await using place = await afterANight(stub.url);
  const last = (await place.results()).run;
  assert.deepEqual(
    (await place.journal()).filter(({ type }) => type === 'site-remembered'),
    [],
  );
  assert.equal((await place.run([...RUN, stub.url])).code, 1);
  const told = (await place.journal()).flatMap((event) => (event.type === 'site-remembered' ? [event] : []));
  assert.deepEqual(
    told.map(({ siteId, runs }) => [siteId, runs.map(({ run, verdict, cause }) => [run, verdict, cause])]),
    [['a', [[last, 'failed', 'check']]]],
  );
});

test("history tells a site's story, and the same after it is built anew", async () => {
  await using stub = await startStub();
  await using place = await afterANight(stub.url);
  const told = await place.run(['history', 'a']);
  assert.equal(told.code, 0, told.stderr);
  assert.match(told.stdout, /failed/);
  assert.equal((await place.run(['history', '--rebuild', 'last-night'])).code, 0);
  assert.equal((await place.run(['history', 'a'])).stdout, told.stdout);
});

test('mistakes in what is known refuse the run, and the last results are kept', async () => {
  await using stub = await startStub();
  await using place = await afterANight(stub.url);
  await place.write('known.yaml', '- site: a\n  reson: typo\n');
  const before = await place.read('gridrun-results/events.ndjson');
  const { code, stderr } = await place.run([...RUN, stub.url, '--baseline', 'nowhere', '--expectations', 'known.yaml']);
  assert.equal(code, 2);
  assert.match(stderr, /nowhere/);
  assert.match(stderr, /reson/);
  assert.equal(await place.read('gridrun-results/events.ndjson'), before);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../../stub/webdriver-stub.ts';
import { Workplace, siteList } from '../../support/command.ts';
import { checkFile } from '../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../suite-bench.ts';

/** A file that counts, on the disk, how often any process has loaded it: `load` is 1 the first time. */
const COUNTED = `
  import { appendFileSync, readFileSync } from 'node:fs';
  const counter = new URL('./loads.txt', import.meta.url);
  appendFileSync(counter, 'x');
  const load = readFileSync(counter, 'utf8').length;`;

for (const [name, source, found] of [
  [
    'a title with the time or a random number',
    "it('always', () => {}); it(`at ${process.pid}`, () => {});",
    /other checks than the first: without 'at \d+', with 'at \d+'/,
  ],
  [
    'a check that is only there the first time',
    `${COUNTED} it('always', () => {}); if (load === 1) it('lost', () => {});`,
    /other checks than the first: without 'lost'/,
  ],
  [
    'a check more',
    `${COUNTED} it('always', () => {}); if (load > 1) it('more', () => {});`,
    /other checks than the first: with 'more'/,
  ],
  [
    'another order',
    `${COUNTED} for (const title of load === 1 ? ['a', 'b'] : ['b', 'a']) it(title, () => {});`,
    /other checks than the first: in another order/,
  ],
  ['no check at all', `${COUNTED} if (load === 1) it('only', () => {});`, /contain no check/],
  [
    'a file that does not load',
    `${COUNTED} if (load > 1) throw new Error('port taken'); it('only', () => {});`,
    /port taken/,
  ],
] as const)
  test(`a second worker whose suite is not the planned one runs no site: ${name}`, async () => {
    await using bench = await startBench({ lanesPerWorker: 1, files: checkFile('esm', source) });
    const planned = (await bench.pool.load()).map(({ title }) => title);
    const first = await bench.attempt({ slot: 0, site: siteNamed('one') });
    assert.deepEqual(
      first.checks.map(({ title }) => title),
      planned,
    );
    for (const attempt of [1, 2]) {
      const second = await bench.attempt({ slot: 1, site: siteNamed('two'), attempt });
      assert.deepEqual([second.ending, second.fault?.code, second.checks], ['faulted', 'runner.lane', []]);
      assert.match(second.fault?.message ?? '', found);
      assert.match(second.fault?.hint ?? '', /each time/);
    }
    assert.equal((await bench.attempt({ slot: 0, site: siteNamed('three') })).ending, 'completed');
  });

test('a worker whose suite is not the planned one is replaced, so that a passing difference costs one attempt', async () => {
  await using bench = await startBench({
    lanesPerWorker: 1,
    files: checkFile('esm', `${COUNTED} it('always', () => {}); if (load !== 2) it('most times', () => {});`),
  });
  assert.equal((await bench.attempt({ slot: 0, site: siteNamed('one') })).ending, 'completed');
  assert.equal((await bench.attempt({ slot: 1, site: siteNamed('two') })).fault?.code, 'runner.lane');
  const again = await bench.attempt({ slot: 1, site: siteNamed('two'), attempt: 2 });
  assert.deepEqual(statuses(again), ['always: passed', 'most times: passed']);
});

test('a run whose workers disagree about their checks: no site passes or loses a check unseen', async () => {
  await using stub = await startStub({ nodes: 1, sessionsPerNode: 2 });
  await using place = await Workplace.with({
    'sites.json': siteList('a', 'b', 'c', 'd'),
    'x.check.mjs': `import { site } from 'gridrun/check'; it('made at ' + process.pid, () => { if (site.id === 'b') throw new Error('no'); });`,
  });
  const { code, stdout, stderr } = await place.run([
    'x.check.mjs',
    '--sites',
    'sites.json',
    '--grid',
    stub.url,
    '-j',
    '2',
    '--lanes-per-worker',
    '1',
    '--chunk-size',
    '1',
  ]);
  assert.ok(code === 1 || code === 3, stdout + stderr);
  const { sites, checks } = await place.results();
  const titles = checks.map(({ title }) => title);
  assert.equal(titles.length, 1);
  for (const site of sites)
    assert.deepEqual(
      site.checks.map(({ title }) => title),
      titles,
    );
  const verdicts = await place.verdicts();
  assert.ok(verdicts['b'] === 'failed' || verdicts['b'] === 'errored', JSON.stringify(verdicts));
});

import assert from 'node:assert/strict';
import { appendFileSync, cpSync, existsSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import pLimit from 'p-limit';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, type CommandResult } from '../support/command.ts';
import { sameReports } from '../support/same-reports.ts';

/** GRIDRUN_MERGE_SITES=5000 shows it at the scale of a sweep. */
const SITES = Number(process.env['GRIDRUN_MERGE_SITES'] ?? 200);
const FAILING = Math.ceil(SITES / 7);
const SHARDS = 8;
// Every seventh site fails, and leaves a file.
const CHECK = checkFile(`
  await driver.get(site.url);
  if (Number(site.id.slice(1)) % 7 !== 0) return;
  await attach('why', 'because of ' + site.id);
  assert.fail('no button on ' + site.id);`);

describe(`eight shards of ${SITES} sites on a stub, and one run of them`, { concurrency: false }, () => {
  let place: Workplace;
  const folders = Array.from({ length: SHARDS }, (_, index) => `shards/${index + 1}`);

  const merge = (dirs: readonly string[], out: string): Promise<CommandResult> =>
    place.run(['merge-reports', ...dirs, '--out', out]);

  before(async () => {
    const list = Array.from({ length: SITES }, (_, index) => ({ id: `s${index}`, url: `https://s${index}.example/` }));
    place = await Workplace.with({ 'sites.json': JSON.stringify(list), 'x.check.mjs': CHECK });
    await using stub = await startStub({ sessionsPerNode: 12 });
    const run = (...more: string[]): Promise<CommandResult> =>
      place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url, '-j', '4', '--reporter', 'dot', ...more]);
    const limit = pLimit(3);
    const codes = await Promise.all([
      limit(() => run('--out', 'whole')),
      ...folders.map((out, index) => limit(() => run('--out', out, '--shard', `${index + 1}/${SHARDS}`))),
    ]);
    assert.deepEqual(
      codes.map(({ code }) => code),
      codes.map(() => 1),
      codes.map(({ stderr }) => stderr).join(''),
    );
  });
  after(() => place[Symbol.asyncDispose]());

  test('the merged junit.xml, results.json and report.html are those of the one run', async () => {
    const { code, stdout, stderr } = await merge(folders.toReversed(), 'merged');
    assert.equal(code, 1, stderr);
    assert.ok(stdout.includes(`${SITES} sites: ${SITES - FAILING} passed, ${FAILING} failed`), stdout);
    await sameReports(place, 'merged', 'whole', SITES);
    const shown = (await place.results('merged')).sites[7]?.checks[0]?.attachments?.[0]?.path ?? '';
    assert.equal(await place.read(join('merged', shown)), 'because of s7');
  });

  test('the order of the shards changes nothing; a folder that holds them all stands for them', async () => {
    assert.equal((await merge(['shards'], 'again')).code, 1);
    for (const file of ['events.ndjson', 'results.json'])
      assert.equal(await place.read(`again/${file}`), await place.read(`merged/${file}`));
  });

  test('a merge does not overwrite one of its shards', async () => {
    const before = await place.read('shards/1/events.ndjson');
    const { code, stderr } = await merge(folders, 'shards/1');
    assert.equal(code, 2);
    assert.match(stderr, /both a shard and the results folder/);
    assert.equal(await place.read('shards/1/events.ndjson'), before);
    assert.equal((await merge(['nowhere'], 'other')).code, 2);
    assert.equal(existsSync(join(place.folder, 'other')), false);
  });

  const passing = async (): Promise<void> => {
    // Of passing sites alone, so that nothing but the mistake is in the exit code.
    const text = await place.read('sites.json');
    writeFileSync(
      join(place.folder, 'sites.json'),
      JSON.stringify(
        (JSON.parse(text) as { id: string }[]).filter(({ id }) => Number(id.slice(1)) % 7 !== 0).slice(0, 12),
      ),
    );
    await using stub = await startStub();
    for (const index of [1, 2]) {
      const { code } = await place.run([
        'x.check.mjs',
        '--sites',
        'sites.json',
        '--grid',
        stub.url,
        '--out',
        `good/${index}`,
        '--shard',
        `${index}/2`,
      ]);
      assert.equal(code, 0);
    }
  };

  test('a missing, doubled, foreign or unfinished shard is named, and the exit code is 3', async () => {
    await passing();
    const path = (name: string): string => join(place.folder, name);
    assert.equal((await merge(['good/1', 'good/2'], 'm')).code, 0);

    const missing = await merge(['good/2'], 'm');
    assert.equal(missing.code, 3);
    assert.match(missing.stdout, /shard 1\/2 is missing/);
    assert.ok((await place.results('m')).sites.length > 0);

    cpSync(path('good/1'), path('copy'), { recursive: true });
    const doubled = await merge(['good/1', 'good/2', 'copy'], 'm');
    assert.equal(doubled.code, 3);
    assert.match(doubled.stdout, /shard 1\/2 was given 2 times/);
    assert.equal((await place.results('m')).sites.length, 12);

    const foreign = await merge(['good/1', 'good/2', 'shards/3'], 'm');
    assert.equal(foreign.code, 3);
    assert.match(foreign.stdout, /shards\/3 \(shard 3\/8\) has a different plan/);

    const journal = path('copy/events.ndjson');
    truncateSync(journal, readFileSync(journal, 'utf8').lastIndexOf('{"type":"site-judged"'));
    appendFileSync(journal, '{"type":"site-ju');
    rmSync(path('copy/results.json'));
    const unfinished = await merge(['copy', 'good/2'], 'm');
    assert.equal(unfinished.code, 3);
    assert.match(unfinished.stdout, /shard 1\/2 in copy did not finish/);
    assert.equal((await place.results('m')).sites.length, 12);
  });
});

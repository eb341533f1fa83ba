import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Workplace, checkFile } from '../support/command.ts';
import { ROOT, startDemoSites } from '../support/demo.ts';
import { missing } from '../support/machine.ts';
import { sameReports } from '../support/same-reports.ts';

// Eight shards are merged on a stub, in test/cli/merge.test.ts.
const SHARDS = 3;
// A file of each way to hold, so that there is a failure, its evidence and a skipped site among what is merged.
const FAILING = checkFile(`
  await driver.get(site.url);
  if (site.tags.includes('ja')) this.skip();
  assert.notEqual(site.tags.includes('modal'), true, 'no button in the dialog of ' + site.id);`);

test('shards of the demo in Chrome, merged, are one run of it', { skip: missing('chrome') }, async () => {
  await using demo = await startDemoSites();
  await using place = await Workplace.with({ 'sites.json': demo.list, 'x.check.mjs': FAILING });
  const run = async (out: string, ...more: string[]): Promise<number | null> => {
    const { code, stdout, stderr } = await place.run([
      join(ROOT, 'checks/login.check.ts'),
      'x.check.mjs',
      '--sites',
      'sites.json',
      '-j',
      '2',
      '--out',
      out,
      ...more,
    ]);
    assert.notEqual(code, 2, stdout + stderr);
    return code;
  };
  assert.equal(await run('whole'), 1);
  for (let index = 1; index <= SHARDS; index++) await run(`shards/${index}`, '--shard', `${index}/${SHARDS}`);
  const merged = await place.run(['merge-reports', 'shards', '--out', 'merged']);
  assert.equal(merged.code, 1, merged.stdout + merged.stderr);
  const { sites } = await place.results('merged');
  await sameReports(place, 'merged', 'whole', sites.length);
  const evidence = sites.flatMap(({ checks }) => checks).flatMap(({ attachments }) => attachments ?? []);
  assert.ok(evidence.some(({ path }) => path.endsWith('screenshot.png')));
  for (const { path } of evidence) assert.ok(existsSync(join(place.folder, 'merged', path)), path);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { siteList, Workplace } from '../support/command.ts';

const COUNT = 120;

/** Each site throws a little later after its check than the one before: up to 30 ms. */
const CHECK = `
import { appendFileSync } from 'node:fs';
import { driver, site } from 'gridrun/check';
it('works', async () => {
  await driver.get(site.url);
  const { id } = site;
  setTimeout(() => { appendFileSync('thrown', id + '\\n'); throw new Error('late of ' + id); }, Number(id.slice(1)) / 4);
});
`;

test('an error that comes soon after the last check is never lost, however soon', async () => {
  await using stub = await startStub({ sessionsPerNode: 2 });
  const ids = Array.from({ length: COUNT }, (_, index) => `s${index}`);
  await using place = await Workplace.with({ 'sites.json': siteList(...ids), 'x.check.mjs': CHECK });
  await place.run([
    'x.check.mjs',
    '--sites=sites.json',
    '-j',
    '2',
    '--evidence=none',
    '--retries=0',
    '--grid',
    stub.url,
  ]);
  const thrown = (await place.read('thrown')).trim().split('\n').toSorted();
  const verdicts = await place.verdicts();
  assert.deepEqual(ids.filter((id) => verdicts[id] === 'failed').toSorted(), thrown);
  assert.ok(thrown.length > COUNT / 2, String(thrown.length));
});

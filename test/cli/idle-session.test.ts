import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

const SUITE = (stub: string): string =>
  checkFile(`
await driver.get(site.url);
if (site.id === 'waits') {
  this.timeout(20_000);
  // It goes on when its session has had three commands of gridrun meanwhile.
  const count = async () => (await (await fetch('${stub}/stub/stats')).json()).commands['GET window/handles'] ?? 0;
  const before = await count();
  while ((await count()) < before + 3) await new Promise((resolve) => setTimeout(resolve, 20));
}
await driver.getTitle();
`);

test('a session whose check sends no command is kept alive, well within the time-out of its node', async () => {
  await using stub = await startStub({ sessionTimeoutMs: 600 });
  await using place = await Workplace.with({
    'sites.json': siteList('waits', 'quick'),
    'x.check.mjs': SUITE(stub.url),
  });
  const { code, stdout } = await place.run(['x.check.mjs', '--sites', 'sites.json', '-j', '1', '--grid', stub.url]);
  assert.equal(code, 0, stdout);
  assert.deepEqual(await place.verdicts(), { waits: 'passed', quick: 'passed' });
});

test('a session that is used gets no further command', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    'sites.json': siteList('a', 'b'),
    'x.check.mjs': checkFile('await driver.get(site.url); await driver.getTitle();'),
  });
  const { code } = await place.run([
    'x.check.mjs',
    '--sites',
    'sites.json',
    '-j',
    '1',
    '--isolation',
    'session',
    '--grid',
    stub.url,
  ]);
  assert.equal(code, 0);
  assert.equal(stub.stats.commands['GET window/handles'], undefined);
});

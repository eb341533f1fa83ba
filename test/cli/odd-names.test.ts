import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { checkFile, siteList, Workplace } from '../support/command.ts';

const FILE = 'C#? 100%20 (ü) [x]/x.check.mjs';

test('folders with odd names and titles of many lines or characters are shown as they are, each on one line', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    'sites.json': siteList('one'),
    [FILE]: [
      "it('odd\\ntitles a', () => { throw new Error('no'); });",
      "it('odd\\ntitles b', () => { throw new Error('no'); });",
      "it('x'.repeat(20_000), () => { throw new Error('no'); });",
    ].join('\n'),
  });
  const { code, stdout, stderr } = await place.run(['C*/x.check.mjs', '--sites', 'sites.json', '--grid', stub.url]);
  assert.equal(code, 1, stdout + stderr);
  assert.match(stdout, /^✗ one \(failed, .*\): odd titles a: no$/m);
  for (const title of ['odd titles a', 'odd titles b']) assert.match(stdout, new RegExp(`^ +${title}$`, 'm'));
  for (const line of [1, 2, 3]) assert.ok(stdout.includes(`${FILE}:${line}:`), `line ${line}\n${stdout}`);
  const names = [...(await place.read('gridrun-results/junit.xml')).matchAll(/<testcase name="([^"]*)"/g)];
  assert.equal(names.length, 3);
  assert.ok(names.every(([, name = '']) => name.length < 1_100));
});

test('an entry that is in the list twice is tried once, and the run says so', async () => {
  await using stub = await startStub();
  await using place = await Workplace.with({
    'sites.txt': 'a.example\nb.example\na.example\n',
    'x.check.mjs': checkFile('await driver.get(site.url);'),
  });
  const { code, stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.txt', '--grid', stub.url]);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /1 entry of the list is left out: the same URL is in the list already/);
  assert.deepEqual(await place.verdicts(), { a_example: 'passed', b_example: 'passed' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startStub } from '../stub/webdriver-stub.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';

/** Runs sites one after another in one session. Returns how often each command was sent. */
async function commandsOf(body: string, ids: readonly string[]): Promise<Readonly<Record<string, number>>> {
  await using stub = await startStub();
  await using place = await Workplace.with({ 'sites.json': siteList(...ids), 'x.check.mjs': checkFile(body) });
  const { code, stdout } = await place.run(['x.check.mjs', '--sites', 'sites.json', '-j', '1', '--grid', stub.url]);
  assert.equal(code, 0, stdout);
  assert.equal(stub.stats.commands['POST session'], 1, stdout);
  return stub.stats.commands;
}

test('a reset sets back only what a check may have changed', async () => {
  const commands = await commandsOf('await driver.get(site.url);', ['a', 'b', 'c']);
  assert.equal(commands['POST timeouts'], 1, 'the limit of page loads, once for the session');
  assert.equal(commands['POST window/rect'], undefined);
  assert.equal(commands['GET window/handles'], undefined);
  assert.equal(commands['POST goog/cdp/execute'], 6);
});

const TIMEOUTS = 'await driver.manage().getTimeouts()';
const WINDOW = 'await driver.manage().window().getRect()';
const CHANGES = {
  'sets time-outs': ['await driver.manage().setTimeouts({ implicit: 7, pageLoad: 900 });', TIMEOUTS, '900'],
  'sizes the window': ['await driver.manage().window().setRect({ width: 333 });', WINDOW, '333'],
  'leaves another window': [
    "await driver.switchTo().newWindow('window'); await driver.manage().window().setRect({ width: 333 });",
    WINDOW,
    '333',
  ],
} as const;

for (const [what, [code, read, left]] of Object.entries(CHANGES)) {
  test(`a check that ${what} leaves nothing of it to the next site`, async () => {
    await commandsOf(
      `await driver.get(site.url);
      const found = async () => JSON.stringify(${read});
      assert.doesNotMatch(await found(), /${left}/);
      ${code}
      assert.match(await found(), /${left}/);`,
      ['a', 'b', 'c'],
    );
  });
}

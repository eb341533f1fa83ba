import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { Workplace, type CommandResult } from '../support/command.ts';
import { missing } from '../support/machine.ts';
import { CANARIES, leaks } from './canaries.ts';
import { startDriverHub } from './driver-hub.ts';
import { startTellingSite } from './telling-site.ts';

const CAPABILITIES =
  process.getuid?.() === 0 ? ['--capabilities', '{"goog:chromeOptions": {"args": ["--no-sandbox"]}}'] : [];
const REPORTERS = ['list', 'junit', 'html', 'json'].flatMap((name) => ['--reporter', name]);

/** Types each secret, and shows all that the page shows. */
const CHECK = `
import assert from 'node:assert/strict';
import { By, Key, until } from 'selenium-webdriver';
import { driver, site } from 'gridrun/check';
it('signs in', async () => {
  await driver.get(site.url + '?access_token=${CANARIES['url token']}');
  await driver.wait(async () => (await driver.findElement(By.id('fetched')).getText()) !== '', 8000);
  const second = await driver.findElement(By.id('second'));
  const before = [await driver.getPageSource(), await driver.findElement(By.css('body')).getText()];
  await second.clear();
  await driver.actions().click(second).sendKeys('${CANARIES['typed by actions']}').perform();
  await driver.findElement(By.id('password')).sendKeys('${CANARIES['typed password']}', Key.ENTER);
  await driver.wait(until.elementLocated(By.id('welcome')), 8000);
  const all = [site.env.HARBOUR, ...before, await driver.findElement(By.css('body')).getText()].join(' | ');
  console.log(all, await driver.getPageSource());
  if (site.data.fails) assert.equal(all, 'x');
});
`;

/** Makes a test of each value of \`--record\`: nothing that the run and its replay write or print holds a secret. */
export function testRecordings(names: readonly ('all' | 'failures')[]): void {
  for (const name of names)
    test(`no output holds a secret: --record ${name}, and the replay`, { skip: missing('chrome') }, async () => {
      await using site = await startTellingSite();
      await using hub = await startDriverHub('ada', CANARIES['grid password']);
      await using place = await Workplace.with({
        'sites.json': JSON.stringify([
          { id: 'fails', url: site.url, env: ['HARBOUR'], data: { fails: true } },
          { id: 'passes', url: site.url, env: ['HARBOUR'], data: {} },
        ]),
        'x.check.mjs': CHECK,
      });
      await mkdir(join(place.folder, 'temporary'));
      const env = { HARBOUR: CANARIES.env, TMPDIR: join(place.folder, 'temporary'), GRIDRUN_DEBUG: 'protocol' };
      const run = async (...args: string[]): Promise<CommandResult> =>
        await place.run(['x.check.mjs', '-j', '1', '--retries', '0', '--trace', ...REPORTERS, ...args], { env });
      const recorded = await run('--sites', 'sites.json', '--grid', hub.url, '--record', name, ...CAPABILITIES);
      assert.equal(recorded.code, 1, recorded.stdout + recorded.stderr);
      const count = name === 'all' ? 2 : 1;
      const files = await readdir(join(place.folder, 'gridrun-results'), { recursive: true });
      assert.equal(files.filter((file) => file.endsWith('.har.zip')).length, count);
      assert.deepEqual(await place.verdicts(), { fails: 'failed', passes: 'passed' });
      const asked = site.requests.length;
      const replayed = await place.run(
        ['replay', 'gridrun-results', 'x.check.mjs', '-j', '1', '--retries', '0', '--trace', ...REPORTERS],
        { env },
      );
      assert.equal(replayed.code, 1, replayed.stdout + replayed.stderr);
      assert.equal(site.requests.length, asked, 'the replay asks nothing of the server');
      assert.deepEqual(await place.verdicts('gridrun-replay'), {
        fails: 'failed',
        ...(name === 'all' ? { passes: 'passed' } : {}),
      });
      const printed = [recorded, replayed].flatMap(({ stdout, stderr }) => [stdout, stderr]);
      const folders = ['gridrun-results', 'gridrun-replay', 'temporary'].map((folder) => join(place.folder, folder));
      assert.deepEqual(await leaks(printed, folders), []);
    });
}

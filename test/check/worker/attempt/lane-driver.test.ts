import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { WebDriver } from 'selenium-webdriver';
import type { Driver as ChromeDriver } from 'selenium-webdriver/chrome.js';
import type * as check from '../../../../src/check/api.ts';
import { checkFile } from '../../module-kinds.ts';
import { siteNamed, startBench, statuses } from '../../suite-bench.ts';

type Driver = typeof check.driver;
type Is<A, B> = A extends B ? true : false;

test("the type of a check's driver is the Chrome driver's, and takes a file detector as any WebDriver does", () => {
  // The compiler checks all: what does not hold is not true.
  const isChrome: Is<Driver, ChromeDriver> = true;
  const isWebDriver: Is<Driver, WebDriver> = true;
  const inContext: Is<Mocha.Context['driver'], ChromeDriver> = true;
  const takesDetector: Is<Parameters<WebDriver['setFileDetector']>, Parameters<Driver['setFileDetector']>> = true;
  assert.deepEqual([isChrome, isWebDriver, inContext, takesDetector], [true, true, true, true]);
});

test("a check's driver has all commands of selenium-webdriver's Chrome driver", async () => {
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      import { Driver } from 'selenium-webdriver/chrome.js';
      it('is a Chrome driver', () => { assert.ok(driver instanceof Driver); });
      it('sends DevTools commands', async () => {
        await driver.sendDevToolsCommand('Network.enable', {});
        assert.deepEqual(await driver.sendAndGetDevToolsCommand('Browser.getVersion', {}), {});
      });
      it('changes the network', async () => {
        await driver.setNetworkConditions({ offline: false, latency: 5, download_throughput: 1, upload_throughput: 1 });
        assert.equal((await driver.getNetworkConditions()).latency, 5);
        await driver.deleteNetworkConditions();
      });
      it('grants, launches, casts', async () => {
        await driver.setPermission('geolocation', 'granted');
        await driver.launchApp('app');
        assert.deepEqual(await driver.getCastSinks(), []);
      });
      it('sends files through a file detector', async () => {
        const { FileDetector } = await import('selenium-webdriver/remote/index.js');
        driver.setFileDetector(new FileDetector());
        await driver.get(site.url);
        await driver.findElement({ css: 'input' }).sendKeys(import.meta.filename);
      });`,
    ),
  });
  const session = await bench.session();
  const outcome = await bench.attempt({ site: siteNamed('one'), session });
  assert.deepEqual(
    [...new Set(statuses(outcome).map((status) => status.replace(/.*: /, '')))],
    ['passed'],
    JSON.stringify(outcome.checks),
  );
  assert.equal(bench.stub.stats.commands['POST session'], 1, 'the driver opened a session of its own');
  assert.equal(bench.stub.stats.commands['POST se/file'], 1);
});

/** What a check does, and whether the next site needs a new session after it. */
const DEEDS: readonly (readonly [string, boolean])[] = [
  ["await driver.get(site.url); await driver.findElement({ css: 'a' }).findElement({ css: 'b' }).click()", false],
  ['await driver.getNetworkConditions(); await driver.deleteNetworkConditions()', false],
  ['await driver.manage().window().maximize(); await driver.manage().addCookie({ name: "a", value: "b" })', false],
  ["await driver.sendDevToolsCommand('Network.setUserAgentOverride', { userAgent: 'u' })", false],
  ["await driver.sendDevToolsCommand('Page.addScriptToEvaluateOnNewDocument', { source: '1' })", false],
  ["await driver.sendAndGetDevToolsCommand('Emulation.setTimezoneOverride', { timezoneId: 'Asia/Tokyo' })", false],
  ['await driver.getCapabilities(); (await driver.getCapabilities()).get("browserName")', false],
  ["await send('session.status', {}); await send('browsingContext.getTree', {})", false],
  ["await send('script.addPreloadScript', { functionDeclaration: '() => {}', contexts: ['c'] })", false],
  ["await send('goog:cdp.sendCommand', { method: 'Network.enable', params: {} })", false],
  ["await driver.script().pin('window.x = 1')", true],
  ["await send('script.addPreloadScript', { functionDeclaration: '() => {}' })", true],
  ["await send('script.addPreloadScript', { functionDeclaration: '() => {}', contexts: [] })", true],
  ["await send('emulation.setTimezoneOverride', { timezone: 'Asia/Tokyo', userContexts: ['default'] })", true],
  ["await send('network.setExtraHeaders', { headers: [] })", true],
  ["await send('network.setCacheBehavior', { cacheBehavior: 'bypass' })", true],
  ["await send('some.newCommand', {})", true],
  ["await send('goog:cdp.sendCommand', { method: 'Browser.grantPermissions', params: {} })", true],
  [
    "await send('session.status', {}); (await driver.getBidi()).socket.send(JSON.stringify({ id: 999, method: 'network.setExtraHeaders' }))",
    true,
  ],
  [
    'await driver.setNetworkConditions({ offline: false, latency: 5, download_throughput: 1, upload_throughput: 1 })',
    true,
  ],
  ["await driver.setPermission('geolocation', 'granted')", true],
  ["await driver.setDownloadPath('/tmp')", true],
  ["await driver.sendDevToolsCommand('Browser.setDownloadBehavior', { behavior: 'deny' })", true],
  ["await driver.sendAndGetDevToolsCommand('Target.createBrowserContext', {})", true],
  ["await driver.launchApp('app')", true],
  [
    "driver.getExecutor().defineCommand('x', 'POST', '/session/:sessionId/permissions');" +
      "const { Command } = await import('selenium-webdriver/lib/command.js'); await driver.execute(new Command('x'))",
    true,
  ],
  ['(await driver.getCapabilities()).get("goog:chromeOptions")', true],
];

test('a session goes on only if all that its check sent is known to end with its tabs', async () => {
  const deeds = DEEDS.map(([deed], index) => `async () => { /* ${index} */ ${deed}; }`);
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      const send = async (method, params) => await (await driver.getBidi()).send({ method, params });
      const deeds = [${deeds.join(',\n')}];
      it('does it', async () => { await deeds[Number(site.id)](); });`,
    ),
    stub: { bidi: true },
  });
  for (const [index, [deed, isLasting]] of DEEDS.entries()) {
    const session = await bench.session();
    const outcome = await bench.attempt({ site: siteNamed(String(index)), session });
    assert.deepEqual(statuses(outcome), ['does it: passed'], `${deed}: ${JSON.stringify(outcome.checks)}`);
    assert.equal(outcome.sessionDirty, isLasting, deed);
  }
});

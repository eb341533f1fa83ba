import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import type { ResultsFile } from '../../src/results/results-json.ts';
import { probeExtension } from '../extension/probe-extension.ts';
import { ASKING_EXTENSION } from '../recording/asking-extension.ts';
import { checkFile, Workplace } from '../support/command.ts';
import { missing } from '../support/machine.ts';
import { startTlsSite, TLS_SITE_FLAGS } from '../recording/tls-site.ts';

/** Waits for all that the page and the extension load, logs in, and says in its failure what it saw. */
const CHECK = `
await driver.get(site.url);
const { By, until } = await import('selenium-webdriver');
const text = (id) => driver.findElement(By.id(id)).getText();
for (const id of ['worker', 'extended', 'twice']) await driver.wait(async () => (await text(id)) !== '', 8000);
const seen = [];
for (const id of ['name', 'script', 'fetched', 'twice', 'worker', 'extended']) seen.push(await text(id));
const look = 'const image = document.getElementById("image"); return [getComputedStyle(document.getElementById("name")).color, image.naturalWidth, performance.getEntriesByType("navigation")[0].nextHopProtocol, location.origin]';
seen.push(...(await driver.executeScript(look)));
const parts = 'const done = arguments[0]; const part = (range) => fetch("/file", { headers: { range } }).then(async (answer) => [answer.status, await answer.text()].join(" ")); Promise.all([part("bytes=2-4"), part("bytes=7-9")]).then(done)';
seen.push(...(await driver.executeAsyncScript(parts)));
await driver.switchTo().frame(driver.findElement(By.id('frame')));
seen.push(await text('inner'));
await driver.switchTo().defaultContent();
await driver.findElement(By.id('secret')).sendKeys(site.env.SHOP_KEY);
await driver.findElement(By.id('go')).click();
await driver.wait(until.elementLocated(By.id('welcome')), 8000);
seen.push(await text('welcome'));
assert.equal(seen.join(' | '), 'what nobody saw');`;

const failures = ({ sites }: ResultsFile): unknown =>
  sites.map(({ id, verdict, cause, code, checks }) => [
    id,
    verdict,
    cause,
    code,
    checks.map(({ fault }) => fault?.message),
  ]);

test(
  'a recorded failure fails alike without its servers, and nothing reaches them',
  { skip: missing('chrome') },
  async () => {
    await using place = await Workplace.with({ 'checks/a.check.ts': checkFile(CHECK) });
    await using extension = await probeExtension(ASKING_EXTENSION);
    const build = ['--extension', extension.folder, '-j', '1', '--evidence', 'none'];
    const site = await startTlsSite();
    const { port } = site;
    const env = { SHOP_KEY: 'a-secret-of-the-night' };
    await place.write('sites.json', JSON.stringify([{ id: 'shop', url: site.url, env: ['SHOP_KEY'] }]));
    const capabilities = JSON.stringify({ 'goog:chromeOptions': { args: TLS_SITE_FLAGS } });
    const night = await place.run(
      ['--sites', 'sites.json', '--record', 'failures', '--capabilities', capabilities, ...build],
      { env },
    );
    assert.equal(night.code, 1, night.stdout + night.stderr);
    await site[Symbol.asyncDispose]();
    let connections = 0;
    const counting = createServer((socket) => {
      connections++;
      socket.destroy();
    }).listen(port, '127.0.0.1');
    await once(counting, 'listening');
    // The names would still lead to the server.
    const morning = await place.run(['replay', 'gridrun-results', '--capabilities', capabilities, ...build], { env });
    counting.close();
    assert.equal(morning.code, 1, morning.stdout + morning.stderr);
    const replayed = await place.results('gridrun-replay');
    const saw =
      "'Café | ran | hello | cached,cached | by the worker | by the extension | rgb(1, 2, 3) | 1 | h2 | " +
      `${new URL(site.url).origin} | 206 234 | 206 789 | framed and run | Welcome'`;
    assert.ok(JSON.stringify(failures(replayed)).includes(saw), JSON.stringify(failures(replayed)));
    assert.deepEqual(failures(replayed), failures(await place.results()));
    assert.deepEqual(replayed.sites[0]?.replay?.misses, []);
    assert.equal(connections, 0);
  },
);

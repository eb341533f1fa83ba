import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { RecordedEntry, Recording } from '../../src/recording/har-archive.ts';
import { readArchive } from '../../src/recording/read-archive.ts';
import { probeExtension } from '../extension/probe-extension.ts';
import { ASKING_EXTENSION } from './asking-extension.ts';
import { checkFile, Workplace } from '../support/command.ts';
import { missing } from '../support/machine.ts';
import { pageFromHar } from './playwright-page.ts';
import { CANARIES, startTlsSite, TLS_SITE_FLAGS, type TlsSite } from './tls-site.ts';

const ARCHIVE = 'evidence/shop/recording-1.har.zip';
const CAPABILITIES = JSON.stringify({ 'goog:chromeOptions': { args: TLS_SITE_FLAGS } });

/** Uses all of the site, logs in, and fails there. */
const CHECK = `
await driver.get(site.url);
if (site.id === 'fine') return;
const { By, until } = await import('selenium-webdriver');
for (const id of ['worker', 'extended']) await driver.wait(async () => (await driver.findElement(By.id(id)).getText()) !== '', 8000);
await driver.findElement(By.id('secret')).sendKeys('${CANARIES.typed}');
await driver.findElement(By.id('go')).click();
await driver.wait(until.elementLocated(By.id('welcome')), 8000);
assert.equal(await driver.findElement(By.id('welcome')).getText(), 'Good morning');`;

/** Records a run of the site `shop`, which fails, and of `fine`, which passes. The servers are stopped then. */
async function recordedRun(place: Workplace, extension: string): Promise<TlsSite> {
  await using site = await startTlsSite();
  const list = [
    { id: 'shop', url: site.url, env: ['SHOP_KEY'] },
    { id: 'fine', url: new URL('/plain', site.url).href },
  ];
  await place.write('sites.json', JSON.stringify(list));
  await place.write('checks/a.check.ts', checkFile(CHECK));
  const args = ['--sites', 'sites.json', '--sessions', '1', '--retries', '0', '--capabilities', CAPABILITIES];
  const recorded = ['--extension', extension, '--record', 'failures'];
  const { code, stdout, stderr } = await place.run([...args, ...recorded], {
    env: { SHOP_KEY: CANARIES.environment },
  });
  assert.equal(code, 1, stdout + stderr);
  return site;
}

test(
  'a failing site is recorded, without its secrets; Playwright opens it, and its replay fails alike',
  { skip: missing('chrome') },
  async () => {
    await using place = await Workplace.with({});
    await using extension = await probeExtension(ASKING_EXTENSION);
    const site = await recordedRun(place, extension.folder);
    await assertListed(place);
    const recording = await readArchive(join(place.folder, 'gridrun-results', ARCHIVE));
    assertWhole(recording, site);
    assertSecretFree(recording);
    const sent = site.requests.length;
    const seen = await pageFromHar(join(place.folder, 'gridrun-results', ARCHIVE), site.url, async (page) => {
      await page.waitForFunction('document.getElementById("twice").textContent !== ""');
      return {
        name: await page.textContent('#name'),
        color: await page.evaluate('getComputedStyle(document.getElementById("name")).color'),
        fetched: await page.textContent('#fetched'),
        twice: await page.textContent('#twice'),
        image: await page.evaluate('document.getElementById("image").naturalWidth'),
        frame: await page.frameLocator('#frame').locator('#inner').textContent(),
      };
    });
    assert.deepEqual(seen, {
      name: 'Café',
      color: 'rgb(1, 2, 3)',
      fetched: 'hello',
      twice: 'cached,cached',
      image: 1,
      frame: 'framed and run',
    });
    await assertSameInReplay(place, extension.folder);
    assert.equal(site.requests.length, sent, 'nothing was asked of the server');
  },
);

/** The same failure, and every request has its answer: of the service worker, the frame and the extension too. */
async function assertSameInReplay(place: Workplace, extension: string): Promise<void> {
  const args = ['replay', 'gridrun-results', '--extension', extension];
  const { code, stdout, stderr } = await place.run(args, { env: { SHOP_KEY: CANARIES.environment } });
  assert.equal(code, 1, stdout + stderr);
  const [shop] = (await place.results('gridrun-replay')).sites;
  assert.equal(shop?.verdict, 'failed');
  assert.match(shop?.checks[0]?.fault?.message ?? '', /Welcome/);
  assert.deepEqual(shop?.replay?.misses, []);
}

async function assertListed(place: Workplace): Promise<void> {
  const results = await place.results();
  const attachmentsOf = (id: string): readonly { path: string; contentType: string }[] =>
    results.sites.find((one) => one.id === id)?.checks.flatMap(({ attachments = [] }) => attachments) ?? [];
  const listed = attachmentsOf('shop').filter(({ path }) => path === ARCHIVE);
  assert.deepEqual(
    listed.map(({ contentType }) => contentType),
    ['application/zip'],
  );
  assert.deepEqual(attachmentsOf('fine'), []);
  assert.match(await place.read('gridrun-results/junit.xml'), new RegExp(ARCHIVE.replaceAll('.', '\\.')));
  const kept = (await place.journal()).flatMap((event) =>
    event.type === 'attempt-ended' ? (event.attempt.recording ?? []) : [],
  );
  assert.deepEqual(kept, [{ path: ARCHIVE }]);
}

function assertWhole({ log }: Recording, site: TlsSite): void {
  const ofPath = (path: string): RecordedEntry =>
    log.entries.find(({ request }) => new URL(request.url).pathname === path) ?? assert.fail(`no ${path}`);
  assert.equal(log._gridrun.incomplete, undefined);
  assert.equal(log._gridrun.url, site.url);
  assert.equal(log._gridrun.extension?.version, '1.2.3');
  assert.equal(ofPath('/').response.status, 302);
  assert.equal(ofPath('/home').response.httpVersion, 'h2');
  for (const path of [
    '/home',
    '/style.css',
    '/script.js',
    '/pixel.png',
    '/frame',
    '/frame.js',
    '/api',
    '/sw.js',
    '/login',
  ])
    assert.ok(ofPath(path).response.content._file, path);
  assert.equal(ofPath('/from-worker')._servedFrom, 'service-worker');
  assert.match(ofPath('/by-extension')._initiator ?? '', /^chrome-extension:\/\//);
  assert.ok(ofPath('/by-extension').response.content._file);
  assert.match(ofPath('/login')._bodyHash ?? '', /^[0-9a-f]{4}$/);
  const twice = log.entries.filter(({ request }) => request.url.endsWith('/cached'));
  assert.deepEqual(
    twice.map(({ response }) => [response.status, response.content._file]),
    Array.from({ length: 2 }, () => [200, twice[0]?.response.content._file]),
  );
  assert.equal(site.requests.filter((request) => request.endsWith('/cached')).length, 2, 'the second was a 304');
}

function assertSecretFree({ log, bodies }: Recording): void {
  const files = [Buffer.from(JSON.stringify(log)), ...bodies.values()];
  for (const [kind, canary] of Object.entries(CANARIES))
    for (const file of files) assert.ok(!file.includes(canary), `${kind} is in the recording`);
}

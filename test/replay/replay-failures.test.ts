import assert from 'node:assert/strict';
import { existsSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { readArchive } from '../../src/recording/read-archive.ts';
import { manifestWith, probeExtension } from '../extension/probe-extension.ts';
import { checkFile, Workplace } from '../support/command.ts';
import { startHttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';
import { startSeleniumGrid } from '../support/selenium-grid.ts';

const SKIP = { skip: missing('chrome') };
const GRID = { skip: missing('chrome', 'selenium') };

/** Takes the password field away. */
const BREAKING = {
  'manifest.json': manifestWith({ content_scripts: [{ matches: ['<all_urls>'], js: ['break.js'] }] }),
  'break.js': 'document.querySelector("[type=password]")?.remove();',
};

const CHECK = `
await driver.get(site.url);
assert.equal((await driver.findElements({ css: '[type=password]' })).length, 1);`;

const FORM = '<!doctype html><title>Shop</title><form><input name=user><input type=password name=pass></form>';

test('a recorded failure is tried with both builds on the same bytes, and no server is asked again', SKIP, async () => {
  const loads: string[] = [];
  await using server = await startHttpServer(({ url = '' }, response) => {
    if (url !== '/favicon.ico') loads.push(url);
    response
      .setHeader('content-type', 'text/html')
      .end(url === '/closed' ? '<title>Closed</title><p>closed</p>' : FORM);
  });
  await using place = await Workplace.with({ 'checks/a.check.ts': checkFile(CHECK) });
  await using extension = await probeExtension(BREAKING);
  const sites = ['broken', 'closed'].map((id) => ({ id, url: `${server.url}/${id}`, once: true }));
  await place.write('sites.json', JSON.stringify(sites));
  const flags = ['--sites', 'sites.json', '--extension', extension.folder, '--control', 'none', '-j', '1'];
  const { code, stdout, stderr } = await place.run([...flags, '--record', 'failures', '--evidence', 'none']);
  assert.equal(code, 1, stdout + stderr);
  assert.deepEqual(loads.toSorted(), ['/broken', '/closed']);
  const results = await place.results();
  assert.deepEqual(
    results.sites.map(({ id, verdict, cause, attribution }) => [id, verdict, cause, attribution]),
    [
      ['broken', 'failed', 'extension', 'broken'],
      // The recording of a build may hold what the build broke, so a control that fails too excuses nothing.
      ['closed', 'failed', 'check', undefined],
    ],
  );
  assert.match(stdout, /replaying 2 recorded failures with both builds/);
  assert.match(stdout, /1 replayed failure gave no answer: .* the control failed too/);
  assert.match(stdout, /on the recorded page it fails (\d+) of \1 with the build, 0 of \d+ without/);
  assert.equal(existsSync(join(place.folder, 'gridrun-results', 'replayed')), false);
});

test('where this machine has no Chrome, the site keeps its verdict, and a notice says why', GRID, async () => {
  await using server = await startHttpServer((_, response) => {
    response.setHeader('content-type', 'text/html').end(FORM);
  });
  await using place = await Workplace.with({ 'checks/a.check.ts': checkFile(CHECK) });
  await using extension = await probeExtension(BREAKING);
  await using grid = await startSeleniumGrid({ nodes: 1, sessionsPerNode: 1 });
  await place.write('sites.json', JSON.stringify([{ id: 'broken', url: server.url, once: true }]));
  const capabilities = JSON.stringify({ 'goog:chromeOptions': { args: ['--no-sandbox'] } });
  const builds = ['--extension', extension.folder, '--control', 'none'];
  const flags = ['--sites', 'sites.json', ...builds, '--grid', grid.url, '--capabilities', capabilities];
  const { code, stdout, stderr } = await place.run([...flags, '--record', 'failures', '--evidence', 'none'], {
    env: { GRIDRUN_CHROME: '/no/chrome' },
  });
  assert.equal(code, 1, stdout + stderr);
  assert.match(stdout, /the recorded failures were not replayed: .*\/no\/chrome/);
  const [site] = (await place.results()).sites;
  assert.deepEqual([site?.verdict, site?.cause, site?.attribution], ['failed', 'check', undefined]);
});

test(
  'a recording that is taken out of its results folder keeps the entry of the list, without secrets',
  SKIP,
  async () => {
    await using server = await startHttpServer((_, response) => {
      response.setHeader('content-type', 'text/html').end(FORM);
    });
    const check = `
await driver.get(site.url);
assert.equal((await driver.findElements({ css: site.data.field })).length, 1);
assert.ok(site.env.SHOP_SECRET);`;
    await using place = await Workplace.with({ 'checks/a.check.ts': checkFile(check) });
    const data = { field: '[type=password]', note: 'token swordfish-7' };
    const site = { id: 'shop', url: `${server.url}/`, data, env: ['SHOP_SECRET'], timeoutMs: 50_000, tags: ['eu'] };
    await place.write('sites.json', JSON.stringify([site]));
    const set = { env: { SHOP_SECRET: 'swordfish-7' } };
    const flags = ['--sites', 'sites.json', '--record', 'all', '--evidence', 'none'];
    assert.equal((await place.run(flags, set)).code, 0);
    const zip = join(place.folder, 'gridrun-results', 'evidence', 'shop', 'recording-1.har.zip');
    renameSync(zip, join(place.folder, 'shop.har.zip'));
    const { log } = await readArchive(join(place.folder, 'shop.har.zip'));
    const blanked = { ...data, note: 'token ***********' };
    assert.deepEqual(log._gridrun.entry, { tags: ['eu'], data: blanked, env: ['SHOP_SECRET'], timeoutMs: 50_000 });
    const again = await place.run(['replay', 'shop.har.zip', '--bisect'], set);
    assert.equal(again.code, 0, again.stdout + again.stderr);
    // Without the variable the check would fail, whatever the commit.
    const without = await place.run(['replay', 'shop.har.zip', '--bisect']);
    assert.equal(without.code, 125);
    assert.match(without.stderr, /environment variables that are not set: SHOP_SECRET/);
  },
);

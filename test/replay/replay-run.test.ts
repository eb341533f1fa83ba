import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { packArchive } from '../../src/recording/write-archive.ts';
import { manifestWith } from '../extension/probe-extension.ts';
import { sampleRecording } from '../recording/sample-recording.ts';
import { Workplace } from '../support/command.ts';
import { missing } from '../support/machine.ts';

const SKIP = { skip: missing('chrome') };

type Answers = Parameters<typeof sampleRecording>[0];

interface Night {
  readonly site: string;
  readonly url: string;
  readonly started?: string;
  readonly failed?: readonly string[];
  readonly extension?: { readonly id: string; readonly version: string };
}

/** Writes a recording into the place. */
async function record(place: Workplace, name: string, facts: Night, answers: Answers): Promise<void> {
  const { log, bodies } = sampleRecording(answers);
  const recording = { log: { ...log, _gridrun: { ...log._gridrun, ...facts } }, bodies };
  await writeFile(join(place.folder, name), await packArchive(recording));
}

const FORM = '<!doctype html><title>Shop</title><form><input name=user><input type=password name=pass></form>';

const CHECK = `
import assert from 'node:assert/strict';
import { driver, site } from 'gridrun/check';
it('has two fields', async () => {
  await driver.get(site.url);
  assert.equal((await driver.findElements({ css: 'input' })).length, 2);
});
it('ran its script at the recorded time', async () => {
  await driver.get(site.url);
  const [ran, protocol] = await driver.executeScript(
    'return [document.body.dataset.ran, performance.getEntriesByType("navigation")[0].nextHopProtocol]');
  assert.match(ran, /^2026-11-27T02:00:.*Z 0\\.\\d+ 0\\.\\d+$/);
  assert.equal(protocol, site.url.startsWith('https:') ? 'h2' : 'http/1.1');
});`;

test('the checks run against the recordings: the origin stays, and no server is asked', SKIP, async () => {
  // A server that would answer, if anybody came.
  let connections = 0;
  const live = createServer((socket) => {
    connections++;
    socket.destroy();
  }).listen(0, '127.0.0.1');
  await once(live, 'listening');
  const local = `http://127.0.0.1:${(live.address() as AddressInfo).port}`;
  await using place = await Workplace.with({ 'x.check.mjs': CHECK, 'recordings/.keep': '' });
  const script = {
    url: 'https://cdn.test/app.js?_=1764200000000',
    mimeType: 'text/javascript',
    body: 'addEventListener("DOMContentLoaded", () => (document.body.dataset.ran = [new Date().toISOString(), Math.random(), Math.random()].join(" ")));',
  };
  const head = `<script src="https://cdn.test/app.js?_=1764211111111"></script>${FORM}`;
  await record(place, 'recordings/shop.har.zip', { site: 'shop', url: 'https://shop.test/' }, [
    { url: 'https://shop.test/', status: 302, headers: { location: '/login?token=********' } },
    { url: 'https://shop.test/login?token=********', body: `${head}<img src=/gone.png>` },
    script,
  ]);
  await record(place, 'recordings/local.har.zip', { site: 'local', url: `${local}/` }, [
    { url: `${local}/`, body: head },
    script,
  ]);
  await record(place, 'recordings/bare.har.zip', { site: 'bare', url: 'https://bare.test/' }, [
    { url: 'https://bare.test/', body: head },
  ]);
  const { code, stdout } = await place.run(['replay', 'recordings', 'x.check.mjs', '-j', '2', '--evidence', 'none']);
  live.close();
  assert.equal(connections, 0);
  const { sites } = await place.results('gridrun-replay');
  const byId = Object.fromEntries(sites.map((site) => [site.id, site]));
  assert.deepEqual(
    sites
      .map(({ id, verdict, cause, code: fault }) => [id, verdict, cause, fault])
      .toSorted(([a = ''], [b = '']) => a.localeCompare(b)),
    [
      ['bare', 'errored', 'site', 'replay.incomplete'],
      ['local', 'passed', undefined, undefined],
      ['shop', 'passed', undefined, undefined],
    ],
    stdout,
  );
  assert.equal(code, 3);
  assert.equal(byId['shop']?.url, 'https://shop.test/');
  assert.deepEqual(byId['shop'].replay, {
    hits: 6,
    misses: [{ url: 'https://shop.test/gone.png', kind: 'image' }],
  });
  assert.deepEqual(byId['bare']?.replay?.misses, [{ url: 'https://cdn.test/app.js?_=1764211111111', kind: 'script' }]);
  assert.equal(byId['bare'].checks[0]?.status, 'passed', 'the form does not need the script');
  assert.match(stdout, /the recording lacks script https:\/\/cdn\.test\/app\.js/);
  assert.match(
    stdout,
    /replay: 12 requests from the recording, 2 not in it on 2 sites; nothing was sent to the network/,
  );
  assert.match(
    await place.read('gridrun-replay/junit.xml'),
    /name="replay" value="6 requests from the recording, 1 not/,
  );
});

test('two builds on the pages of two nights say in one word what changed', SKIP, async () => {
  const manifest = JSON.stringify(
    manifestWith({ content_scripts: [{ matches: ['https://*/*'], js: ['content.js'] }] }),
  );
  await using place = await Workplace.with({
    'x.check.mjs': CHECK.slice(0, CHECK.indexOf("it('ran its")),
    'old/manifest.json': manifest,
    'old/content.js': '',
    'new/manifest.json': manifest,
    'new/content.js': 'document.querySelector("[type=password]")?.remove();',
  });
  const night = async (name: string, started: string): Promise<void> =>
    record(place, name, { site: 'shop', url: 'https://shop.test/', started }, [
      { url: 'https://shop.test/', body: FORM },
    ]);
  await night('b.har.zip', '2026-11-27T02:00:00.000Z');
  await night('a.har.zip', '2026-11-26T02:00:00.000Z');
  // Chance says which build begins. With four loads, the new one has two of them either way.
  const builds = ['--extension', 'new', '--control', 'old', '--evidence', 'none', '-j', '4', '--control-budget', '4'];
  const { code, stdout } = await place.run(['replay', 'b.har.zip', 'a.har.zip', 'x.check.mjs', ...builds]);
  assert.notEqual(code, 0);
  const { sites } = await place.results('gridrun-replay');
  assert.deepEqual(
    sites.map(({ id, arms }) => [id, arms?.subject.failed, arms?.control.failed]),
    [
      ['shop_20261126T020000', 2, 0],
      ['shop_20261127T020000', 2, 0],
    ],
    stdout,
  );
  assert.match(stdout, /old build +passes +passes\n +new build +fails +fails\n +extension: the extension changed/);
});

test('a replay that does not try what failed in the recording says so; with --bisect it is 125', SKIP, async () => {
  const other =
    "import { driver, site } from 'gridrun/check'; it('another', async () => { await driver.get(site.url); });";
  await using place = await Workplace.with({ 'other.check.mjs': other });
  const failed = ['has two fields'];
  await record(place, 'shop.har.zip', { site: 'shop', url: 'https://shop.test/', failed }, [
    { url: 'https://shop.test/', body: FORM },
  ]);
  const command = ['replay', 'shop.har.zip', 'other.check.mjs', '--evidence', 'none'];
  const plain = await place.run(command);
  assert.equal(plain.code, 0, plain.stdout);
  assert.match(plain.stdout, /not tried, though it failed when the site was recorded:\n {2}shop: has two fields\n/);
  assert.equal((await place.run([...command, '--bisect'])).code, 125);
  // Who leaves it out does not miss it.
  assert.equal((await place.run([...command, '--bisect', '--grep-invert', 'two fields'])).code, 0);
});

test('with --bisect, what is neither good nor bad is 125', async () => {
  await using place = await Workplace.with({ 'no.har.zip': 'not a zip' });
  const codes = await Promise.all(
    [
      ['no.har.zip'],
      ['no.har.zip', '--bisect'],
      ['no.har.zip', '--nonsense', '--bisect'],
      ['no.har.zip', '--bisect=1'],
    ].map(async (args) => (await place.run(['replay', ...args])).code),
  );
  assert.deepEqual(codes, [2, 125, 125, 125]);
});

test('each recording that cannot be read is named at once', async () => {
  await using place = await Workplace.with({ 'cut.har.zip': 'PK', 'empty/note.txt': 'nothing' });
  const { code, stderr } = await place.run(['replay', 'cut.har.zip', 'gone.har.zip', 'empty']);
  assert.equal(code, 2, stderr);
  for (const mistake of [
    /cut\.har\.zip is not a recording of gridrun: it is no zip file/,
    /there is no file or folder .*gone/,
    /empty holds no recording/,
  ])
    assert.match(stderr, mistake);
});

test('a replay does not clear the folder that it reads', async () => {
  await using place = await Workplace.with({ 'night/.keep': '' });
  await record(place, 'night/shop.har.zip', { site: 'shop', url: 'https://shop.test/' }, []);
  const { code, stderr } = await place.run(['replay', 'night', '--out', 'night']);
  assert.equal(code, 2);
  assert.match(stderr, /would overwrite .*shop\.har\.zip.*\n.*--out/);
});

test('--hold keeps the page open after its checks until Ctrl-C', SKIP, async () => {
  await using place = await Workplace.with({ 'x.check.mjs': CHECK.slice(0, CHECK.indexOf("it('ran its")) });
  await record(place, 'shop.har.zip', { site: 'shop', url: 'https://shop.test/' }, [
    { url: 'https://shop.test/', body: FORM },
  ]);
  // A window needs a display, and this machine may have none.
  const headless = JSON.stringify({ 'goog:chromeOptions': { args: ['--headless=new'] } });
  const running = place.start(['replay', 'shop.har.zip', 'x.check.mjs', '--hold', '--capabilities', headless], {
    env: { DISPLAY: ':0' },
  });
  const { promise: isHeld, resolve } = Promise.withResolvers<void>();
  let said = '';
  running.process.stderr?.on('data', (text: string) => {
    said += text;
    if (said.includes('The page stays open in its window. Press Ctrl-C to end.')) resolve();
  });
  await Promise.race([isHeld, running.ended]);
  const types = (await place.journal('gridrun-replay')).map(({ type }) => type);
  assert.ok(types.includes('attempt-started') && !types.includes('attempt-ended'), said);
  running.process.kill('SIGINT');
  const { code, stdout } = await running.ended;
  assert.equal(code, 130, stdout);
  assert.equal((await place.verdicts('gridrun-replay'))['shop'], 'passed');
});

test(
  'a recording made with an extension needs one: without it a replay warns, and a bisect can not tell',
  SKIP,
  async () => {
    const checks = `
    it('loads', () => {});
    it('is filled in @extension', () => { throw new Error('the build broke it'); });`;
    await using place = await Workplace.with({
      'x.check.mjs': checks,
      'skipped.check.mjs': `it.skip('loads', () => {});`,
    });
    const extension = { id: 'abc', version: '1.1' };
    const page = { url: 'https://shop.test/', body: FORM };
    await record(place, 'shop.har.zip', { site: 'shop', url: 'https://shop.test/', extension }, [page]);
    await record(place, 'plain.har.zip', { site: 'plain', url: 'https://shop.test/' }, [page]);
    const warned = await place.run(['replay', 'shop.har.zip', 'x.check.mjs']);
    assert.equal(warned.code, 0, warned.stderr);
    const lack = 'shop was recorded with an extension, and this replay has none: checks with @extension are skipped';
    assert.ok(warned.stdout.includes(lack) && warned.stdout.includes('--extension'), warned.stdout);
    const refused = await place.run(['replay', 'shop.har.zip', 'x.check.mjs', '--bisect']);
    assert.equal(refused.code, 125);
    assert.ok(refused.stderr.includes(lack), refused.stderr);
    // Nothing was tried, so nothing is good.
    assert.equal((await place.run(['replay', 'plain.har.zip', 'skipped.check.mjs', '--bisect'])).code, 125);
    assert.equal((await place.run(['replay', 'plain.har.zip', 'skipped.check.mjs'])).code, 0);
  },
);

import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ServerResponse } from 'node:http';
import { startChrome } from '../examples/chrome.ts';
import { ReportPage } from '../report/html/report-page.ts';
import { Workplace, checkFile, siteList } from '../support/command.ts';
import { startDemoSites } from '../support/demo.ts';
import { startStub } from '../stub/webdriver-stub.ts';
import { startHttpServer, type HttpServer } from '../support/http-server.ts';
import { missing } from '../support/machine.ts';

const SKIP = { skip: missing('chrome') };
const SECRET = 'harbour&gate-17';
const FAILS =
  "await driver.get(site.url); await driver.wait(async () => (await driver.getTitle()) === 'ready'); assert.equal(1, 2);";

/** A page with a style, a picture, a cookie, a console and requests that go wrong. */
const PAGE = `<!doctype html><meta charset="utf-8"><title>wait</title><link rel="stylesheet" href="/style.css"><h1>Grüße aus dem Hafen</h1>
<script>
console.log('hello', {rooms: [1, 'two']}, 'from http://bob:hunter2@inner.example/');
console.warn('\\u001b[31mred');
setTimeout(() => { throw new Error('thrown by the page'); });
Promise.allSettled([fetch('/missing?key=' + encodeURIComponent(document.cookie)), fetch('http://localhost:1/unsafe', {mode: 'no-cors'})]).then(() => { document.title = 'ready'; });
</script>`;

const PAGES: Readonly<Record<string, (response: ServerResponse) => unknown>> = {
  '/': (response) =>
    response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'sid=s3cr3t-cookie' }).end(PAGE),
  '/moved': (response) => response.writeHead(302, { location: '/' }).end(),
  '/style.css': (response) => response.writeHead(200, { 'content-type': 'text/css' }).end('h1 { color: teal }'),
  '/secret': (response) =>
    response
      .writeHead(200, { 'content-type': 'text/html', 'x-token': SECRET })
      .end(
        `<title>ready</title><p id="s">${SECRET.replace('&', '&amp;')}</p><script>console.log('token', document.getElementById('s').textContent); fetch('/x?t=' + encodeURIComponent('${SECRET}'))</script>`,
      ),
};

async function startPages(): Promise<HttpServer> {
  return await startHttpServer((request, response) =>
    (PAGES[request.url ?? ''] ?? ((other: ServerResponse) => other.writeHead(404).end('none')))(response),
  );
}

interface Har {
  readonly log: { readonly version: string; readonly creator: object; readonly entries: readonly HarEntry[] };
}

interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: { readonly url: string; readonly headers: readonly { name: string; value: string }[] };
  readonly response: {
    readonly status: number;
    readonly _error?: string;
    readonly headers: readonly { name: string; value: string }[];
  };
  readonly timings: Readonly<Record<string, number>>;
}

/** The files of evidence by their paths below the site's folder. */
async function evidenceOf(place: Workplace, siteId: string): Promise<string[]> {
  const entries = await readdir(join(place.folder, 'gridrun-results/evidence', siteId), {
    recursive: true,
    withFileTypes: true,
  }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).split(`/evidence/${siteId}/`)[1]!)
    .toSorted();
}

test('of a failing site every piece is kept, each opens, and none has a secret', SKIP, async () => {
  await using pages = await startPages();
  await using demo = await startDemoSites();
  const own = JSON.parse(demo.list) as { id: string }[];
  const sites = [
    { id: 'harbour', url: `${pages.url}/moved` },
    { id: 'secret', url: `${pages.url}/secret`, env: ['HARBOUR_TOKEN'] },
    own.find(({ id }) => id === 'plain-en'),
  ];
  await using place = await Workplace.with({
    'sites.json': JSON.stringify(sites),
    'x.check.mjs': checkFile(
      "await driver.get(site.url); if (site.id === 'harbour') await driver.wait(async () => (await driver.getTitle()) === 'ready'); assert.fail('no');",
      'fails',
    ),
    'ext/manifest.json': JSON.stringify({
      manifest_version: 3,
      name: 'Harbour',
      version: '1.0',
      background: { service_worker: 'worker.js' },
    }),
    'ext/worker.js':
      "console.log('the worker says', {rooms: 3}); setInterval(() => { throw new Error('thrown by the worker'); }, 20);",
  });
  const { code, stdout, stderr } = await place.run(
    ['x.check.mjs', '--sites', 'sites.json', '--extension', 'ext', '-j', '1'],
    { env: { HARBOUR_TOKEN: SECRET } },
  );
  assert.equal(code, 1, stdout + stderr);
  const all = ['console.txt', 'extension.log', 'network.har', 'page.html', 'page.mhtml', 'screenshot.png'];
  assert.deepEqual(
    await evidenceOf(place, 'harbour'),
    all.map((name) => `fails/1/${name}`),
  );
  assert.deepEqual(
    await evidenceOf(place, 'plain-en'),
    all.map((name) => `fails/1/${name}`),
  );
  // Its page shows the secret, which can't be taken out of a page as MHTML.
  assert.deepEqual(
    await evidenceOf(place, 'secret'),
    all.filter((name) => name !== 'page.mhtml').map((name) => `fails/1/${name}`),
  );
  const read = (site: string, name: string): Promise<string> =>
    readFile(join(place.folder, 'gridrun-results/evidence', site, 'fails/1', name), 'utf8');

  const consoleText = await read('harbour', 'console.txt');
  assert.match(
    consoleText,
    /^\d{4}-\S+Z info {2}hello \{rooms: \[1, "two"\]\} from http:\/\/inner\.example\/ \(http:\/\/127\.0\.0\.1:\d+\/:3\)$/m,
  );
  assert.match(consoleText, /warn {2}\\x1b\[31mred/);
  assert.match(consoleText, /error uncaught Error: thrown by the page/);
  assert.match(
    await read('harbour', 'extension.log'),
    /^log +the worker says .*\n[^]*thrown in its worker: .*thrown by the worker/,
  );

  const har = JSON.parse(await read('harbour', 'network.har')) as Har;
  assert.equal(har.log.version, '1.2');
  const entry = (path: string): HarEntry =>
    har.log.entries.find(({ request }) => request.url.includes(path)) ?? assert.fail(`no request of ${path}`);
  const main = entry(`${pages.url}/`);
  assert.equal(entry(`${pages.url}/moved`).response.status, 302);
  assert.equal(har.log.entries.find(({ request }) => request.url === `${pages.url}/`)?.response.status, 200);
  assert.equal(entry('/missing').response.status, 404);
  assert.deepEqual(
    [entry(':1/unsafe').response.status, entry(':1/unsafe').response._error],
    [0, 'net::ERR_UNSAFE_PORT'],
  );
  const { blocked = 0, dns = 0, connect = 0, send = 0, wait = 0, receive = 0 } = main.timings;
  const sum = [blocked, dns, connect, send, wait, receive].reduce((total, ms) => total + Math.max(ms, 0), 0);
  assert.ok(main.time > 0 && Math.abs(main.time - sum) < 0.01, JSON.stringify(main.timings));
  assert.ok(Math.abs(Date.parse(main.startedDateTime) - Date.now()) < 600_000);
  const values = har.log.entries
    .flatMap(({ request, response }) => [...request.headers, ...response.headers])
    .filter(({ name }) => /^(set-)?cookie$/i.test(name));
  assert.ok(values.length > 1 && values.every(({ value }) => value === '***'), JSON.stringify(values));

  for (const name of ['console.txt', 'network.har', 'page.html', 'extension.log']) {
    const text = await read('secret', name);
    for (const form of [SECRET, encodeURIComponent(SECRET), SECRET.replace('&', '&amp;')])
      assert.ok(!text.includes(form), `${name} has ${form}`);
  }
  assert.match(await read('secret', 'console.txt'), /token \*\*\*/);

  await using chrome = await startChrome();
  await chrome.driver.get(
    pathToFileURL(join(place.folder, 'gridrun-results/evidence/harbour/fails/1/page.mhtml')).href,
  );
  const shown = await chrome.driver.executeScript(
    'return [document.body.innerText, getComputedStyle(document.querySelector("h1")).color]',
  );
  assert.deepEqual(shown, ['Grüße aus dem Hafen', 'rgb(0, 128, 128)']);
  const report = new ReportPage(chrome.driver, join(place.folder, 'gridrun-results/report.html'));
  await report.open('#/site/harbour');
  assert.deepEqual((await report.texts('.attachments a')).filter(Boolean).toSorted(), [
    'console.txt',
    'extension.log',
    'network.har',
    'page.html',
    'page.mhtml',
  ]);
  await report.until('document.querySelector(".attachments img").naturalWidth > 0');
});

test('--evidence none keeps nothing but what checks attach, all keeps the same of what passed', SKIP, async () => {
  await using pages = await startPages();
  await using place = await Workplace.with({
    'sites.json': JSON.stringify([{ id: 'harbour', url: `${pages.url}/` }]),
    'x.check.mjs': `${checkFile(FAILS, 'fails')}
it('passes', async () => { await attach('note.txt', 'yes'); await driver.get(site.url); });
afterEach(async () => { await driver.get('about:blank'); });`,
  });
  const run = async (evidence: string): Promise<string[]> => {
    const { code, stdout, stderr } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--evidence', evidence]);
    assert.equal(code, 1, stdout + stderr);
    const found = await evidenceOf(place, 'harbour');
    return found;
  };
  assert.deepEqual(await run('none'), ['passes/1/note.txt']);
  const pieces = ['console.txt', 'network.har', 'page.html', 'page.mhtml', 'screenshot.png'];
  const found = await run('all');
  assert.deepEqual(
    found.filter((path) => path.startsWith('fails/')),
    pieces.map((name) => `fails/1/${name}`),
  );
  assert.deepEqual(
    found.filter((path) => path.startsWith('passes/')),
    [...pieces, 'note.txt'].toSorted().map((name) => `passes/1/${name}`),
  );
  // Before the user's afterEach.
  assert.match(await place.read('gridrun-results/evidence/harbour/passes/1/page.html'), /Hafen/);
  const [site] = (await place.results()).sites;
  const journal = JSON.stringify(await place.journal());
  assert.equal(site?.checks.find(({ title }) => title === 'passes')?.status, 'passed');
  assert.ok(journal.includes('evidence/harbour/passes/1/network.har'));
});

test('a page that writes 20,000 lines fills neither the disk nor the run', SKIP, async () => {
  await using server = await startHttpServer((_request, response) =>
    response
      .writeHead(200, { 'content-type': 'text/html' })
      .end(
        '<title>x</title><h1>Loud</h1><script>for (let i = 0; i < 20000; i++) console.log("line", i, "x".repeat(100)); document.title = "ready"</script>',
      ),
  );
  await using place = await Workplace.with({
    'sites.json': JSON.stringify([{ id: 'loud', url: `${server.url}/` }]),
    'x.check.mjs': checkFile(FAILS, 'fails'),
  });
  assert.equal((await place.run(['x.check.mjs', '--sites', 'sites.json'])).code, 1);
  const text = await place.read('gridrun-results/evidence/loud/fails/1/console.txt');
  assert.ok(text.split('\n').length <= 502, `${text.split('\n').length} lines`);
  assert.match(text, /^… \d+ older lines are left out\n[^]*… the log ends here, after 10000 lines and requests\n$/);
});

test('--trace leaves a film strip of what failed, and of what passed only with --evidence all', SKIP, async () => {
  await using pages = await startPages();
  await using place = await Workplace.with({
    'sites.json': JSON.stringify([{ id: 'harbour', url: `${pages.url}/` }]),
    'x.check.mjs': `${checkFile(
      `
      await driver.get(site.url);
      await driver.findElement({css: 'h1'}).click();
      await driver.getTitle();
      await driver.executeScript('setTimeout(() => alert("stay"))');
      await driver.wait(async () => { try { return await driver.switchTo().alert(); } catch { return false; } });
      await (await driver.switchTo().alert()).accept();
      await driver.navigate().refresh();
      assert.equal(1, 2);`,
      'fails',
    )}
it('passes', async () => { await driver.get(site.url); });`,
  });
  const run = async (...more: string[]): Promise<string[]> => {
    const { code, stdout, stderr } = await place.run([
      'x.check.mjs',
      '--sites',
      'sites.json',
      '--capabilities',
      '{"unhandledPromptBehavior":"ignore"}',
      '--trace',
      ...more,
    ]);
    assert.equal(code, 1, stdout + stderr);
    return (await evidenceOf(place, 'harbour')).filter((path) => path.includes('trace-'));
  };
  const failures = await run();
  // The script may or may not have opened its dialog by the time its picture was due.
  assert.deepEqual(
    failures.filter((path) => !path.includes('script')),
    ['fails/1/trace-0001-get.jpeg', 'fails/1/trace-0002-click.jpeg', 'fails/1/trace-0004-refresh.jpeg'],
  );
  assert.deepEqual(
    (await readdir(join(place.folder, 'gridrun-results/evidence/harbour'))).toSorted(),
    ['fails'],
    'a folder is left of what passed',
  );
  const bytes = await readFile(join(place.folder, 'gridrun-results/evidence/harbour/fails/1/trace-0001-get.jpeg'));
  assert.deepEqual([...bytes.subarray(0, 3)], [0xff, 0xd8, 0xff]);
  const all = await run('--evidence', 'all');
  assert.ok(
    all.some((path) => /^passes\/1\/trace-0005-get\.jpeg$/.test(path)),
    all.join(),
  );

  await using chrome = await startChrome();
  const report = new ReportPage(chrome.driver, join(place.folder, 'gridrun-results/report.html'));
  await report.open('#/site/harbour');
  await report.until(
    '[...document.querySelectorAll(".film-strip img")].length >= 3 && document.querySelector(".film-strip img").naturalWidth > 0',
  );
});

test('a picture that never comes changes no result: the site is repeated without pictures', async () => {
  await using stub = await startStub({
    faults: ({ command }) => (command === 'GET screenshot' ? 'hang' : undefined),
  });
  await using place = await Workplace.with({
    'sites.json': siteList('one'),
    'x.check.mjs': `
      import { driver, site } from 'gridrun/check';
      it('fails', async () => { await driver.get(site.url); throw new Error('no'); });
      it('passes', async () => { await driver.getTitle(); });`,
  });
  const { code, stdout } = await place.run(['x.check.mjs', '--sites', 'sites.json', '--grid', stub.url]);
  assert.equal(code, 1, stdout);
  const [site] = (await place.results()).sites;
  assert.deepEqual(
    site?.checks.map((check) => [check.title, check.status, check.cause, check.attachments?.map(({ name }) => name)]),
    [
      ['fails', 'failed', 'check', ['page.html']],
      ['passes', 'passed', undefined, undefined],
    ],
  );
  const attempts = (await place.journal()).filter((event) => event.type === 'attempt-ended');
  assert.deepEqual(
    attempts.map(({ attempt }) => [attempt.ending, attempt.fault?.code]),
    [
      ['faulted', 'evidence.held-session'],
      ['completed', undefined],
    ],
  );
  assert.equal(stub.sessions().length, 0);
});

test('--trace with --evidence none is a mistake', async () => {
  await using place = await Workplace.with({ 'sites.json': '["https://a.example/"]' });
  const { code, stderr } = await place.run(['--sites', 'sites.json', '--trace', '--evidence', 'none']);
  assert.equal(code, 2);
  assert.match(stderr, /--trace: --evidence none keeps no pictures/);
});

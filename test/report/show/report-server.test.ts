import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { serveReport, type ReportServer } from '../../../src/report/show/report-server.ts';
import { startChrome } from '../../examples/chrome.ts';
import { Workplace } from '../../support/command.ts';
import { missing } from '../../support/machine.ts';
import { failed, FakeRun, siteOf } from '../../support/run-events.ts';
import { ReportFolder, ReportPage, writeReport } from '../html/report-page.ts';

const parent = new ReportFolder();
const folder = join(parent.path, 'results');
const HAR = {
  log: {
    entries: [{ request: { method: 'GET', url: 'https://a.example/x.js' }, response: { status: 503 }, time: 12 }],
  },
};
let server: ReportServer;

before(async () => {
  mkdirSync(join(folder, 'evidence/bad'), { recursive: true });
  writeFileSync(join(parent.path, 'secret.txt'), 'secret');
  symlinkSync('../secret.txt', join(folder, 'link.txt'));
  writeFileSync(join(folder, 'evidence/bad/page.html'), '<title>page</title><script>document.title = "owned"</script>');
  writeFileSync(
    join(folder, 'evidence/bad/page.svg'),
    '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
  );
  writeFileSync(join(folder, 'evidence/bad/network.har'), JSON.stringify(HAR));
  writeFileSync(join(folder, 'evidence/bad/console.txt'), 'console says <b>hello</b>');
  const attachments = [
    { name: 'page', path: 'evidence/bad/page.html', contentType: 'text/html' },
    { name: 'network', path: 'evidence/bad/network.har', contentType: 'application/json' },
    { name: 'console', path: 'evidence/bad/console.txt', contentType: 'text/plain' },
  ];
  const run = new FakeRun([siteOf('bad')], ['works'])
    .session('s1')
    .attempt('bad', [failed('works', 'no', { attachments })])
    .judged('bad')
    .ended();
  await writeReport(folder, run.events);
  server = await serveReport(folder);
});

after(async () => {
  await server[Symbol.asyncDispose]();
  parent[Symbol.dispose]();
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly text: string;
}

/** The path goes out as it is written: `fetch` would tidy it. */
async function ask(path: string, options: { readonly host?: string; readonly method?: string } = {}): Promise<Answer> {
  const { port } = new URL(server.url);
  return await new Promise((resolve, reject) => {
    const { host = `127.0.0.1:${port}`, method = 'GET' } = options;
    const asked = request({ host: '127.0.0.1', port, path, method, headers: { host } }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
    });
    asked.on('error', reject).end();
  });
}

test('gives the report and its evidence', async () => {
  const page = await ask('/report.html');
  assert.deepEqual([page.status, page.headers['content-type']], [200, 'text/html; charset=utf-8']);
  assert.deepEqual([(await ask('/')).status, (await ask('/')).headers['location']], [302, '/report.html']);
  assert.deepEqual(JSON.parse((await ask('/evidence/bad/network.har')).text), HAR);
});

test('a page of a site is text, and nothing in it may run', async () => {
  for (const name of ['page.html', 'page.svg']) {
    const { headers } = await ask(`/evidence/bad/${name}`);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8', name);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.match(String(headers['content-security-policy']), /^sandbox; default-src 'none'/);
  }
});

test('what lies outside the folder is not there', async () => {
  const paths = [
    '/../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/evidence/../../secret.txt',
    '/link.txt',
    '//etc/passwd',
    '/evidence',
    '/%00',
    '/%zz',
    'http://x/../secret.txt',
  ];
  for (const path of paths) {
    const { status, text } = await ask(path);
    assert.deepEqual([status, text], [404, '404\n'], path);
  }
});

test('a name of another site at this address gets nothing, and nothing can be changed', async () => {
  assert.equal((await ask('/report.html', { host: 'evil.example' })).status, 403);
  assert.equal((await ask('/report.html', { method: 'POST' })).status, 405);
  assert.deepEqual(
    [(await ask('/report.html', { method: 'HEAD' })).status, (await ask('/report.html', { method: 'HEAD' })).text],
    [200, ''],
  );
});

test('a folder without a report, and a port that is taken, are refused', async () => {
  await assert.rejects(serveReport(parent.path), { code: 'report.missing', answer: 'refuse' });
  await assert.rejects(serveReport(join(parent.path, 'nowhere')), { code: 'report.missing', answer: 'refuse' });
  await assert.rejects(serveReport(folder, Number(new URL(server.url).port)), {
    code: 'report.port',
    answer: 'refuse',
  });
});

test(
  'evidence is shown in the page: requests as a table, text as text, and a captured page does not run',
  { skip: missing('chrome') },
  async () => {
    await using chrome = await startChrome();
    const page = new ReportPage(chrome.driver, server.url);
    await page.open('#/site/bad');
    for (const button of await chrome.driver.findElements({ css: '.attachments button' })) await button.click();
    await page.until(
      'document.querySelector(".attachments .bad") !== null && document.querySelectorAll(".attachments pre").length === 2',
    );
    assert.match((await page.texts('.attachments tr.bad'))[0] ?? '', /503\s+GET\s+https:\/\/a\.example\/x\.js/);
    assert.ok((await page.texts('.attachments pre')).includes('console says <b>hello</b>'));
    await chrome.driver.get(server.url.replace('report.html', 'evidence/bad/page.html'));
    assert.notEqual(await chrome.driver.getTitle(), 'owned');
  },
);

test('gridrun show-report says where it is, and ends when it is told to', async () => {
  await using place = await Workplace.with({});
  await writeReport(place.folder, new FakeRun([siteOf('a')], ['works']).ended().events);
  const running = place.start(['show-report', place.folder]);
  const url = await new Promise<string>((resolve, reject) => {
    running.process.stdout?.on('data', (chunk: Buffer) => resolve(String(chunk).trim()));
    void running.ended.then(({ stderr }) => reject(new Error(stderr)));
  });
  assert.match(await (await fetch(url)).text(), /id="gridrun-data"/);
  running.process.kill('SIGINT');
  assert.equal((await running.ended).code, 0);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';
import { BUILT_IN_CHECK } from '../../../../src/check/pool/check-files.ts';
import type { SessionFacts } from '../../../../src/core/ports.ts';
import { missing } from '../../../support/machine.ts';
import { checkFile } from '../../module-kinds.ts';
import { startBench, statuses } from '../../suite-bench.ts';

const SKIP = { skip: missing('chrome') };
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** A chromedriver of the test's own with one session, ended with the test. */
async function startChrome(): Promise<{ session: SessionFacts } & AsyncDisposable> {
  const dir = await mkdtemp(join(tmpdir(), 'gridrun-chrome-'));
  const driver = spawn(process.env['GRIDRUN_CHROMEDRIVER'] ?? '/usr/bin/chromedriver', ['--port=0'], {
    env: { ...process.env, TMPDIR: dir },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const exited = once(driver, 'exit');
  const stop = async (): Promise<void> => {
    driver.kill();
    await exited;
    await rm(dir, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    let endpoint = '';
    for await (const line of createInterface({ input: driver.stdout })) {
      const port = /successfully on port (\d+)/.exec(line)?.[1];
      if (port === undefined) continue;
      endpoint = `http://127.0.0.1:${port}`;
      break;
    }
    driver.stdout.resume();
    const options = { binary: process.env['GRIDRUN_CHROME'] ?? '/usr/bin/chromium', args: FLAGS };
    const alwaysMatch = { browserName: 'chrome', webSocketUrl: true, 'goog:chromeOptions': options };
    const answer = await fetch(`${endpoint}/session`, {
      method: 'POST',
      body: JSON.stringify({ capabilities: { alwaysMatch } }),
    });
    const { value } = (await answer.json()) as { value: { sessionId: string; capabilities: Record<string, string> } };
    return {
      session: {
        ...value,
        endpoint,
        webSocketUrl: value.capabilities['webSocketUrl']!,
        node: 'local',
        browserName: 'chrome',
        browserVersion: '',
      },
      async [Symbol.asyncDispose]() {
        await fetch(`${endpoint}/session/${value.sessionId}`, { method: 'DELETE' }).catch(() => {});
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const PAGES: Readonly<Record<string, { status: number; html: string }>> = {
  '/good': { status: 200, html: '<title>Good</title><h1>Hello</h1>' },
  '/blank': { status: 200, html: '' },
  '/gone': { status: 404, html: '<h1>Not found</h1>' },
};

async function startPages(): Promise<{ origin: string } & AsyncDisposable> {
  const server: Server = createServer((request, response) => {
    if (request.url === '/circle') return void response.writeHead(302, { location: '/circle' }).end();
    if (request.url === '/closed') return void request.socket.destroy();
    if (request.url === '/empty') return void response.writeHead(500).end();
    // A page that never ends.
    if (request.url === '/hung') return;
    const page = PAGES[request.url ?? ''] ?? PAGES['/gone']!;
    response.writeHead(page.status, { 'content-type': 'text/html' }).end(page.html);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

test('the built-in check says in words why a page does not load', SKIP, async () => {
  await using chrome = await startChrome();
  await using pages = await startPages();
  await using bench = await startBench({ files: {}, checkTimeoutMs: 3_000 });
  assert.deepEqual(
    (await bench.pool.load()).map((check) => check.title),
    ['the page loads'],
  );
  const closed = await startPages();
  await closed[Symbol.asyncDispose]();
  const cases: readonly (readonly [string, string, RegExp])[] = [
    [`${pages.origin}/good`, 'passed', /^$/],
    [`${pages.origin}/gone`, 'errored site.http-status 404', /answered with HTTP status 404$/],
    [`${pages.origin}/empty`, 'errored site.http-status 500', /answered with HTTP status 500, and no page$/],
    [`${pages.origin}/blank`, 'errored site.blank 200', /is blank/],
    // Before any error page: between sites the session is reset, which is not done here.
    [`${pages.origin}/hung`, 'errored site.no-answer', /did not answer in time/],
    [`${pages.origin}/circle`, 'errored site.redirects', /redirects in a circle \(net::ERR_TOO_MANY_REDIRECTS\)/],
    [`${pages.origin}/closed`, 'errored site.connection-lost', /closed the connection without an answer/],
    [`${closed.origin}/good`, 'errored site.refused', /nothing listens there/],
    ['http://no-such-host.invalid/', 'errored site.dns', /host name is not known/],
    [pages.origin.replace('http:', 'https:'), 'errored site.tls', /TLS/],
    [`${pages.origin}/good`, 'passed', /^$/],
  ];
  for (const [url, expected, words] of cases) {
    const outcome = await bench.attempt({ site: { id: 'site', url }, session: chrome.session });
    const [check] = outcome.checks;
    assert.equal(
      [check?.status, check?.fault?.code, check?.fault?.httpStatus].filter(Boolean).join(' '),
      expected,
      `${url}: ${JSON.stringify(outcome)}`,
    );
    assert.match(check?.fault?.message ?? '', words);
  }
  assert.match(BUILT_IN_CHECK, /loads\.check\.ts$/);
});

test('a site has a BiDi socket of its own, and its screenshot is a picture', SKIP, async () => {
  await using chrome = await startChrome();
  await using pages = await startPages();
  await using bench = await startBench({
    files: checkFile(
      'esm',
      `
      let sockets = [];
      it('talks BiDi', async () => {
        const bidi = await driver.getBidi();
        sockets.push(bidi);
        assert.equal(await driver.getBidi(), bidi);
        const answer = await bidi.send({ method: 'browsingContext.getTree', params: {} });
        assert.equal(answer.result.contexts.length, 1);
        assert.deepEqual(sockets.map((socket) => socket.isConnected), [...sockets.slice(1).map(() => false), true]);
      });
      it('fails', async () => { await driver.get(site.url); assert.equal(await driver.getTitle(), 'Better'); });`,
    ),
  });
  for (const id of ['one', 'two']) {
    const outcome = await bench.attempt({ site: { id, url: `${pages.origin}/good` }, session: chrome.session });
    assert.deepEqual(statuses(outcome), ['talks BiDi: passed', 'fails: failed'], JSON.stringify(outcome.checks));
    const picture = outcome.checks[1]?.attachments?.find((attachment) => attachment.name === 'screenshot.png');
    const bytes = await readFile(join(bench.dir, 'out', picture!.path));
    assert.equal(bytes.subarray(1, 4).toString(), 'PNG');
  }
});

test('a crash of the tab faults the attempt, cause browser', SKIP, async () => {
  await using chrome = await startChrome();
  await using bench = await startBench({ files: {}, checkTimeoutMs: 20_000 });
  const outcome = await bench.attempt({ site: { id: 'crash', url: 'chrome://crash' }, session: chrome.session });
  assert.equal(outcome.ending, 'faulted');
  assert.equal(outcome.fault?.cause, 'browser');
});

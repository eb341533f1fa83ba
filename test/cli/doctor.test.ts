import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmodSync } from 'node:fs';
import { createServer, request as ask } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { examine } from '../../src/app/doctor.ts';
import { findChrome } from '../../src/grid/find-chrome.ts';
import { resolveOptions } from '../../src/config/resolve-options.ts';
import type { RunOptions } from '../../src/core/options.ts';
import type { Finding } from '../../src/doctor/finding.ts';
import { PROBE_FILES, probeExtension } from '../extension/probe-extension.ts';
import { startStub, type Stub } from '../stub/webdriver-stub.ts';
import { Workplace } from '../support/command.ts';
import { missing } from '../support/machine.ts';

interface Told {
  readonly code: number | null;
  readonly findings: readonly Finding[];
  of(name: string): Finding | undefined;
}

async function doctor(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<Told> {
  await using place = await Workplace.with(files);
  for (const name of Object.keys(files)) if (!name.includes('.')) chmodSync(join(place.folder, name), 0o755);
  const own = Object.fromEntries(
    Object.entries(env).map(([name, value]) => [name, value.replace('<here>', place.folder)]),
  );
  const { code, stdout, stderr } = await place.run(['doctor', '--json', ...args], { env: own });
  assert.equal(stderr, '');
  const findings = JSON.parse(stdout) as Finding[];
  return { code, findings, of: (name) => findings.find((finding) => finding.name === name) };
}

/** A proxy that passes on http, and no websocket: what many put before a grid. */
async function withoutSockets(stub: Stub): Promise<{ url: string } & AsyncDisposable> {
  const server = createServer((incoming, outgoing) => {
    const { method, headers, url = '' } = incoming;
    incoming.pipe(
      ask(`${stub.url}${url}`, { method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(outgoing);
      }),
    );
  });
  server.on('upgrade', (_, socket) => socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}

test('this machine: all that a run needs works, as a person reads it too', { skip: missing('chrome') }, async () => {
  const { code, findings } = await doctor([]);
  assert.equal(code, 0, JSON.stringify(findings));
  assert.deepEqual(
    [...new Set(findings.map(({ name }) => name))],
    ['node', 'chrome', 'engine', 'session', 'websocket', 'disk', 'memory'],
  );
  await using place = await Workplace.with({});
  const { stdout } = await place.run(['doctor', '--sessions', '1']);
  assert.match(stdout, /^✓ ok +chrome +\S.*which fits it$/m);
});

test('no Chrome: says so, what to do, and that nothing else was tried with it', async () => {
  const { code, of } = await doctor([], { GRIDRUN_CHROME: '/nowhere/chrome' });
  assert.equal(code, 1);
  assert.equal(of('chrome')?.level, 'problem');
  assert.match(of('chrome')?.text ?? '', /GRIDRUN_CHROME is \/nowhere\/chrome/);
  assert.match(of('chrome')?.fix ?? '', /install them/);
  assert.equal(of('session'), undefined);
});

test('a driver of another version: both versions are named', async () => {
  const files = {
    chrome: '#!/bin/sh\necho Chromium 156.0.1.2\n',
    chromedriver: '#!/bin/sh\necho ChromeDriver 99.0.3.4\n',
  };
  const { code, of } = await doctor(
    [],
    { GRIDRUN_CHROME: '<here>/chrome', GRIDRUN_CHROMEDRIVER: '<here>/chromedriver' },
    files,
  );
  assert.equal(code, 1);
  assert.match(of('chrome')?.text ?? '', /156\.0\.1\.2.*99\.0\.3\.4.*major versions must be the same/);
});

test('a Chrome that does not start: its own words', { skip: missing('chrome') }, async () => {
  const { chromeVersion } = await findChrome();
  const files = {
    chrome: `#!/bin/sh
[ "$1" = --version ] && { echo Chromium ${chromeVersion}; exit; }
echo "$0: error while loading shared libraries: libnss3.so: cannot open shared object file" >&2
exit 127
`,
    'site.txt': 'https://shop.example/',
  };
  const { code, of } = await doctor([], { GRIDRUN_CHROME: '<here>/chrome' }, files);
  assert.equal(code, 1);
  assert.match(of('session')?.text ?? '', /did not start: .*libnss3\.so: cannot open shared object file\n/);
  assert.match(of('session')?.fix ?? '', /\b(install|start)\b/);

  await using place = await Workplace.with(files);
  chmodSync(join(place.folder, 'chrome'), 0o755);
  const env = { GRIDRUN_CHROME: join(place.folder, 'chrome') };
  const run = await place.run(['--sites', 'site.txt', '--outage-timeout', '1000'], { env });
  assert.equal(run.code, 3);
  assert.match(run.stdout + run.stderr, /libnss3\.so: cannot open shared object file/);
});

test('a grid that is down, and one that is up', async () => {
  const down = await doctor(['--grid', 'http://127.0.0.1:1']);
  assert.equal(down.code, 1);
  assert.equal(down.of('grid')?.level, 'problem');
  assert.ok((down.of('grid')?.fix ?? '') !== '');
  await using stub = await startStub({ nodes: 2, sessionsPerNode: 3, bidi: true });
  const up = await doctor(['--grid', stub.url]);
  assert.equal(up.code, 0, JSON.stringify(up.findings));
  assert.match(up.of('grid')?.text ?? '', /2 nodes, 6 slots/);
  assert.equal(up.of('websocket')?.level, 'ok');
  assert.equal(stub.sessions().length, 0);
});

test('a grid whose websocket is behind a proxy that does not pass it on', async () => {
  await using stub = await startStub({ bidi: true });
  await using proxy = await withoutSockets(stub);
  const { code, of } = await doctor(['--grid', proxy.url]);
  assert.equal(code, 1);
  assert.equal(of('session')?.level, 'ok');
  assert.equal(of('websocket')?.level, 'problem');
  assert.match(of('websocket')?.fix ?? '', /Upgrade/);
  assert.equal(stub.sessions().length, 0);
});

test('a grid without websockets: enough for a run, not for an extension', async () => {
  await using stub = await startStub();
  assert.deepEqual(
    [await doctor(['--grid', stub.url])].map(({ code, of }) => [code, of('websocket')?.level]),
    [[0, 'note']],
  );
});

test('an extension that loads, and one that is none', { skip: missing('chrome') }, async () => {
  await using place = await Workplace.with({ 'broken/manifest.json': '{"manifest_version": 3}' });
  await using probe = await probeExtension(PROBE_FILES);
  const good = await doctor(['--extension', probe.folder]);
  assert.equal(good.code, 0, JSON.stringify(good.findings));
  assert.match(good.of('extension')?.text ?? '', /loads, as [a-p]{32}/);
  const bad = await doctor(['--extension', join(place.folder, 'broken')]);
  assert.equal(bad.code, 1);
  assert.match(bad.of('extension')?.text ?? '', /manifest/);
});

test('no room on the disk, no memory for the sessions, an old Node', async () => {
  await using stub = await startStub();
  const options = (sessions: number): RunOptions =>
    resolveOptions({
      cwd: '/',
      flags: { grid: stub.url, sessions, out: '/a/folder/that/is/not/there' },
      configName: '',
      config: {},
      env: {},
    });
  const findings: Finding[] = [];
  const machine = { nodeVersion: 'v20.1.0', freeDisk: async () => 10_000_000, freeMemory: () => 1024 ** 3 };
  for await (const finding of examine(options(500), machine)) findings.push(finding);
  const problems = findings.filter(({ level }) => level === 'problem');
  assert.deepEqual(
    problems.map(({ name }) => name),
    ['node', 'disk', 'memory'],
  );
  assert.match(problems[1]?.text ?? '', /only 0\.0 GiB free for the results \(\/a\/folder/);
  assert.match(problems[2]?.fix ?? '', /--sessions 362/);
  for (const { fix } of problems) assert.ok(fix);
});

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import WebSocket from 'ws';
import { parse } from 'yaml';
import { openEngine } from '../../../src/grid/docker/engine.ts';
import { ensureOwnImage } from '../../../src/grid/docker/image.ts';
import { packageRoot } from '../../../src/grid/docker/package-root.ts';
import { gridStatus, type GridReport } from '../../../src/grid/docker/status.ts';
import { remoteGrid } from '../../../src/grid/remote.ts';
import { run as gridrun } from '../../../src/index.ts';
import { checkFile, Workplace } from '../../support/command.ts';
import { docker, driving, inContainer, leftovers, ofGrid } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

/** A check that uses BiDi, over the websocket address that the hub gives. */
const BIDI_CHECK = checkFile(`
  await driver.get('data:text/html,<title>' + site.id + '</title>');
  const bidi = await driver.getBidi();
  const { result } = await bidi.send({ method: 'browsingContext.getTree', params: {} });
  assert.ok(decodeURIComponent(result.contexts[0].url).includes(site.id), result.contexts[0].url);
`);

const options = { skip: missing('docker'), timeout: 300_000 };

test(
  'the compose file brings up a grid that scales, that status reads and that a run by URL works on',
  options,
  async () => {
    const image = await ensureOwnImage(await openEngine());
    const name = `compose-${randomBytes(4).toString('hex')}`;
    const password = randomBytes(12).toString('hex');
    const port = await freePort();
    const env = {
      ...process.env,
      SE_ROUTER_PASSWORD: password,
      SE_REGISTRATION_SECRET: randomBytes(12).toString('hex'),
      GRIDRUN_IMAGE: image.ref,
      GRIDRUN_GRID: name,
      GRIDRUN_PORT: String(port),
      COMPOSE_PROJECT_NAME: name,
    };
    const compose = async (...args: string[]): Promise<void> =>
      await run(['-f', `${packageRoot()}/docker-compose.grid.yml`, ...args], env);
    try {
      await compose('up', '-d', '--no-build');
      await readyWith(name, 1);
      await compose('up', '-d', '--no-build', '--scale', 'chrome=3');
      const report = await readyWith(name, 3);
      assert.equal(report.url, `http://127.0.0.1:${port}`);
      assert.ok(report.nodes.every(({ slots, memory }) => slots === 1 && memory !== undefined));

      await using grid = remoteGrid(`http://gridrun:${password}@127.0.0.1:${port}`, { sessions: 'auto' });
      const owned = await grid.openSession({
        name: 'compose',
        capabilities: {},
        avoidNodes: [],
        signal: new AbortController().signal,
      });
      const page = driving(owned.session);
      await page.go('data:text/html,<title>here</title>');
      assert.equal(await page.run('return document.title'), 'here');
      assert.equal(await bidiStatus(owned.session.webSocketUrl!), 'success');
      await page.go('chrome://sandbox');
      assert.match(String(await page.run('return document.body.innerText')), /You are adequately sandboxed/);
      await owned.release();

      await using place = await Workplace.with({
        'sites.txt': 'a.example\nb.example\nc.example\nd.example\n',
        'x.check.mjs': BIDI_CHECK,
      });
      const { counts } = await gridrun({
        cwd: place.folder,
        sites: 'sites.txt',
        checks: 'x.check.mjs',
        grid: `http://gridrun:${password}@127.0.0.1:${port}`,
      }).summary;
      assert.equal(counts.passed, 4, JSON.stringify(counts));

      await place.write('here.txt', 'http://a.localhost:3000/\n');
      await assert.rejects(
        gridrun({
          cwd: place.folder,
          sites: 'here.txt',
          checks: 'x.check.mjs',
          grid: `http://gridrun:${password}@127.0.0.1:${port}`,
        }).summary,
        { code: 'grid.loopback-sites' },
      );

      for (const container of (await ofGrid(name)).containers) {
        const { HostConfig, Config } = await docker.getContainer(container).inspect();
        assert.equal(Config.User, '1200:1201');
        assert.deepEqual(HostConfig.CapDrop, ['ALL']);
        assert.ok(HostConfig.SecurityOpt?.includes('no-new-privileges'));
        const capabilities = await inContainer(container, [
          'bash',
          '-c',
          'grep -E "^Cap(Inh|Prm|Eff|Amb)" /proc/1/status',
        ]);
        assert.equal(capabilities.match(/:\s+0{16}$/gm)?.length, 4, capabilities);
        assert.ok((HostConfig.Memory ?? 0) > 0 && (HostConfig.PidsLimit ?? 0) > 0, container);
      }
    } finally {
      await compose('down', '-v', '-t', '2');
    }
    assert.deepEqual(await leftovers(name), []);
  },
);

test('the compose file and gridrun agree on what a hub and a node are', async () => {
  const file = parse(await readFile(`${packageRoot()}/docker-compose.grid.yml`, 'utf8'), { merge: true }) as {
    services: Record<string, { command: string[]; labels: Record<string, string>; cap_drop: string[] }>;
  };
  for (const [service, role] of [
    ['hub', 'hub'],
    ['chrome', 'node'],
  ] as const) {
    assert.deepEqual(file.services[service]?.command, [role]);
    assert.equal(file.services[service].labels['io.gridrun.role'], role);
    assert.deepEqual(file.services[service].cap_drop, ['ALL']);
  }
});

async function run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const child = spawn('docker-compose', args, { cwd: tmpdir(), env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  child.stdout.on('data', (chunk) => output.push(String(chunk)));
  child.stderr.on('data', (chunk) => output.push(String(chunk)));
  const [code] = (await once(child, 'close')) as [number];
  assert.equal(code, 0, output.join(''));
}

async function readyWith(name: string, nodes: number): Promise<GridReport> {
  for (;;) {
    const [report] = await gridStatus({ name });
    if (report?.state === 'ready' && report.nodes.filter(({ availability }) => availability === 'UP').length === nodes)
      return report;
    await delay(200);
  }
}

/** Sends one BiDi command over the address that a check would use. */
async function bidiStatus(url: string): Promise<string> {
  const at = new URL(url);
  const headers = {
    authorization: `Basic ${Buffer.from(`${decodeURIComponent(at.username)}:${decodeURIComponent(at.password)}`).toString('base64')}`,
  };
  const socket = new WebSocket(url, { headers });
  await once(socket, 'open');
  socket.send(JSON.stringify({ id: 1, method: 'browsingContext.getTree', params: {} }));
  const [message] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return (JSON.parse(message.toString()) as { type: string }).type;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

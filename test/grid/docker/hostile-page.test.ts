import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { siteFlags } from '../../../src/grid/chrome-flags.ts';
import { dockerGrid, type DockerGrid } from '../../../src/grid/docker/docker-grid.ts';
import { gridUp, type RunningGrid } from '../../../src/grid/docker/up.ts';
import { readHub } from '../../../src/grid/docker/hub-api.ts';
import { docker, driving, type Driving, gridName, inContainer, loopbackSite } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };
const ATTACK =
  'const done = arguments[2]; attack(arguments[0], arguments[1]).then(done, (error) => done([String(error)]))';
const signal = new AbortController().signal;

test(
  'a page in a browser of the grid can not command the hub, its node, its driver or the other nodes',
  options,
  async () => {
    await using scene = await hostileScene();
    const { grid, up, port } = scene;
    const owned = await grid.openSession({ name: 'hostile', capabilities: {}, avoidNodes: [], signal });
    const page = driving(owned.session);
    await page.go(`http://evil.localhost:${port}/`);
    const targets = await allTargets(up, String(owned.session.capabilities['se:gridWebSocketUrl']));
    const before = await sessionsOf(up);
    const reached = await page.runAsync(ATTACK, targets, owned.session.sessionId);
    assert.deepEqual(reached, []);
    assert.deepEqual(await readByWindows(page, targets, owned.session.sessionId), []);
    assert.equal(await page.run('return location.host'), `evil.localhost:${port}`);
    assert.deepEqual(await sessionsOf(up), before);
    assert.deepEqual(
      (await readHub(up)).nodes.map(({ availability }) => availability),
      ['UP', 'UP'],
    );
    const drivers = await inContainer(nodeOf(up, owned.session.node), [
      'bash',
      '-c',
      'grep -lz chromedriver /proc/[0-9]*/cmdline 2>/dev/null | wc -l',
    ]);
    assert.equal(Number(drivers) >= 1, true);
    await owned.release();
  },
);

test(
  'each guard is seen to work: by name, by address, and with both taken away the same page gets through',
  options,
  async () => {
    await using scene = await hostileScene();
    const { grid, port } = scene;
    const nameGuardOff = '--host-resolver-rules=EXCLUDE 127.0.0.1';
    const addressGuardOff = '--ip-address-space-overrides=127.0.0.1:5555=public';
    const reachedWith = async (...args: string[]): Promise<string[]> => {
      const owned = await grid.openSession({
        name: 'unguarded',
        capabilities: { 'goog:chromeOptions': { args } },
        avoidNodes: [],
        signal,
      });
      const page = driving(owned.session);
      await page.go(`http://evil.localhost:${port}/`);
      const reached = (await page.runAsync(ATTACK, ['127.0.0.1:5555'], 'none')) as string[];
      const windows = await readByWindows(page, ['127.0.0.1:5555'], 'none');
      await owned.release();
      return [...reached, ...windows];
    };
    assert.deepEqual(await reachedWith(addressGuardOff), []);
    // Only the guard by name stops a window that a page opens.
    assert.deepEqual(
      (await reachedWith(nameGuardOff)).filter((what) => !what.startsWith('window')),
      [],
    );
    const reached = await reachedWith(nameGuardOff, addressGuardOff);
    assert.ok(reached.includes('window http://127.0.0.1:5555/status'), String(reached));
    assert.ok(reached.includes('fetch http://127.0.0.1:5555/status'), String(reached));
  },
);

test(
  'a page reaches no private network by address, by window or form; a site of the list is let through',
  options,
  async () => {
    await using scene = await hostileScene();
    const { grid, port } = scene;
    const network = (await docker.getNetwork('bridge').inspect()) as { IPAM: { Config: { Gateway?: string }[] } };
    // Docker's own bridge: an address of this machine that every container reaches.
    const address = network.IPAM.Config[0]?.Gateway ?? '172.17.0.1';
    await using here = await siteAt(address);
    const target = `${address}:${here.port}`;
    const reachedWith = async (...args: string[]): Promise<string[]> => {
      const capabilities = { 'goog:chromeOptions': { args } };
      const owned = await grid.openSession({ name: 'private', capabilities, avoidNodes: [], signal });
      const page = driving(owned.session);
      await page.go(`http://evil.localhost:${port}/`);
      const reached = await readByWindows(page, [target, '169.254.169.254:80'], 'none');
      await owned.release();
      return reached;
    };
    assert.deepEqual(await reachedWith(), []);
    const [flag] = siteFlags([`http://${target}/`]);
    assert.ok((await reachedWith(`${flag?.name}=${flag?.value}`)).includes(`window http://${target}/status`));
  },
);

/** The URLs that answered in a window that the page opened. A few windows are open at a time, as in a person's browser. */
async function readByWindows(page: Driving, targets: readonly string[], sessionId: string): Promise<string[]> {
  const [own = ''] = await page.windows();
  const reached: string[] = [];
  for (let start = 0; start < targets.length; start += 4) {
    const some = targets.slice(start, start + 4);
    await page.run('openWindows(arguments[0], arguments[1])', some, sessionId);
    const opened = (await page.windows()).filter((window) => window !== own);
    assert.equal(opened.length, 4 * some.length, 'the page could not open its windows: nothing was tried');
    for (const window of opened) {
      const { url, source } = await page.closing(window);
      // A server's reply is shown as text. Chrome's own error page is not.
      if (/<pre/.test(source)) reached.push(`window ${url}`);
    }
    await page.enter(own);
  }
  return reached;
}

/** A server on one address of this machine. */
async function siteAt(address: string): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'text/plain').end('here'));
  await once(server.listen(0, address), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

interface Scene extends AsyncDisposable {
  readonly grid: DockerGrid;
  readonly up: RunningGrid;
  readonly port: number;
}

async function hostileScene(): Promise<Scene> {
  const stack = new AsyncDisposableStack();
  try {
    const attack = await readFile(new URL('hostile-page.js', import.meta.url), 'utf8');
    const site = stack.use(
      await loopbackSite((_request, response) =>
        response.setHeader('content-type', 'text/html').end(`<!doctype html><body><script>${attack}</script>`),
      ),
    );
    const { name } = stack.use(gridName());
    const up = await gridUp({ name, nodes: 2, sessionsPerNode: 1, port: 0 });
    const grid = stack.use(
      await dockerGrid({
        name,
        nodes: { min: 1, max: 1 },
        sessionsPerNode: 1,
        sessions: 'auto',
        siteUrls: [`http://evil.localhost:${site.port}/`],
      }),
    );
    return { grid, up, port: site.port, [Symbol.asyncDispose]: async () => await stack.disposeAsync() };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

/** Every name and address of the grid's machines, with every port of them. */
async function allTargets(up: RunningGrid, driverSocket: string): Promise<string[]> {
  const { port: driverPort } = new URL(driverSocket);
  const hubs = ['hub', `gridrun-${up.name}-hub`];
  const nodes = ['node-1', 'node-2', `gridrun-${up.name}-node-1`, `gridrun-${up.name}-node-2`];
  const self = [
    'localhost',
    'x.localhost',
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '2130706433',
  ];
  for (const container of ['hub', 'node-1', 'node-2']) {
    const { NetworkSettings, Id } = await docker.getContainer(`gridrun-${up.name}-${container}`).inspect();
    (container === 'hub' ? hubs : nodes).push(
      Id.slice(0, 12),
      ...Object.values(NetworkSettings.Networks).map(({ IPAddress }) => IPAddress),
    );
  }
  return [
    ...hubs.flatMap((name) => [`${name}:4444`, `${name}:4442`]),
    ...[...nodes, ...self].flatMap((name) => [`${name}:5555`, `${name}:${driverPort}`]),
  ];
}

async function sessionsOf(up: RunningGrid): Promise<number[]> {
  return (await readHub(up)).nodes.map(({ slots }) => slots.filter(({ state }) => state !== 'free').length);
}

function nodeOf(up: RunningGrid, uri: string): string {
  return `gridrun-${up.name}-${new URL(uri).hostname}`;
}

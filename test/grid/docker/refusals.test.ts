import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { chmod, stat } from 'node:fs/promises';
import { networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gridDown } from '../../../src/grid/docker/down.ts';
import { checkOpenPorts, listenAddress } from '../../../src/grid/docker/listen.ts';
import { openEngine } from '../../../src/grid/docker/engine.ts';
import { gridUp, type RunningGrid } from '../../../src/grid/docker/up.ts';
import { readHub } from '../../../src/grid/docker/hub-api.ts';
import { Workplace, type CommandResult } from '../../support/command.ts';
import { docker, gridName, leftovers, ofGrid } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };
const NAME = `test-${randomBytes(4).toString('hex')}`;

/** One grid for all tests of this file: none of them may change it. */
let up: RunningGrid;
let whole: unknown;

before(async () => {
  if (options.skip !== false) return;
  up = await gridUp({ name: NAME, nodes: 1, sessionsPerNode: 1, port: 0 });
  whole = await facts();
});

after(async () => {
  if (options.skip !== false) return;
  await gridDown(NAME);
  assert.deepEqual(await leftovers(NAME), []);
});

/** Everything that a refused command must leave as it is. */
async function facts(): Promise<unknown> {
  const { containers, networks } = await ofGrid(NAME);
  const ids = await Promise.all(
    containers.map(async (name) => {
      const { Id, State } = await docker.getContainer(name).inspect();
      return [name, Id, State.Status, State.StartedAt];
    }),
  );
  const { nodes } = await readHub(up);
  return { ids, networks, nodes: nodes.map(({ uri, availability }) => [uri, availability]) };
}

async function grid(...args: string[]): Promise<CommandResult> {
  await using place = await Workplace.with({});
  return await place.run(['grid', ...args]);
}

/** What `grid up` refuses on a grid that is up, each with its code. */
const REFUSED: readonly (readonly [code: string, message: RegExp, ...args: string[]])[] = [
  ['grid.other-port', /is up on port \d+, not 4444/],
  ['grid.other-port', /is up on port \d+, not 4999/, '--port', '4999'],
  ['grid.other-options', /--listen 0\.0\.0\.0: it listens on 127\.0\.0\.1/, '--port', '0', '--listen', '0.0.0.0'],
  ['grid.other-options', /--sessions-per-node 2: its nodes have 1/, '--port', '0', '--sessions-per-node', '2'],
  ['grid.other-options', /--open-bus: its event bus is closed/, '--port', '0', '--open-bus'],
  ['grid.bad-options', /--listen must be an IP address.*not 'nonsense'/, '--port', '0', '--listen', 'nonsense'],
  ['grid.no-room', /^gridrun: 90 nodes with 1 sessions? each are too many/m, '--port', '0', '--nodes', '90'],
  ['grid.image-failed', /nosuch\.invalid\/image:1/, '--port', '0', '--image', 'nosuch.invalid/image:1'],
  ['options', /--write-env .*nowhere\/grid\.env cannot be written/, '--port', '0', '--write-env', 'nowhere/grid.env'],
  ['options', /--write-env must not be empty/, '--port', '0', '--write-env', ''],
  ['options', /gridrun grid up does not take 'other'/, '--port', '0', 'other'],
  ['options', /--image must not be empty/, '--port', '0', '--image', ''],
];

for (const [code, message, ...args] of REFUSED) {
  test(
    `grid up ${args.join(' ') || 'on another port'} is refused with ${code} and changes nothing`,
    options,
    async () => {
      const { code: exit, stderr } = await grid('up', '--name', NAME, ...args);
      assert.match(stderr, message);
      assert.match(stderr, new RegExp(`^code: ${code.replace('.', '\\.')}$`, 'm'));
      assert.equal(exit, 2);
      assert.deepEqual(await facts(), whole);
    },
  );
}

test(
  'what a failed or interrupted grid up has added is removed, and the grid that was whole stays',
  options,
  async () => {
    await assert.rejects(gridUp({ name: NAME, nodes: 2, port: 0, readyDeadlineMs: 1 }), { code: 'grid.not-ready' });
    assert.deepEqual(await facts(), whole);
    await using place = await Workplace.with({});
    const running = place.start(['grid', 'up', '--name', NAME, '--nodes', '2', '--port', '0']);
    while ((await ofGrid(NAME)).containers.length < 3) await new Promise(setImmediate);
    running.process.kill('SIGINT');
    const { code, stderr } = await running.ended;
    assert.equal(code, 130, stderr);
    assert.deepEqual(await facts(), whole);
  },
);

test('grid up again with the same options, or with none, changes nothing', options, async () => {
  for (const args of [[], ['--nodes', '1', '--sessions-per-node', '1', '--listen', 'localhost']]) {
    const { code, stderr } = await grid('up', '--name', NAME, '--port', '0', ...args);
    assert.equal(code, 0, stderr);
    assert.match(stderr, /is ready: (?:1 node|[2-9] nodes) × 1 session;/);
  }
  const { code } = await grid('scale', '1', '--name', NAME);
  assert.equal(code, 0);
});

test('grid scale to more nodes than there is room for is refused', options, async () => {
  const { code, stderr } = await grid('scale', '90', '--name', NAME);
  assert.deepEqual([code, /^code: grid\.no-room$/m.test(stderr)], [2, true], stderr);
});

test('--write-env makes a file that only its user can read, also if it was there', options, async () => {
  await using place = await Workplace.with({ 'grid.env': 'old' });
  await chmod(join(place.folder, 'grid.env'), 0o644);
  const { code, stderr } = await place.run(['grid', 'up', '--name', NAME, '--port', '0', '--write-env', 'grid.env']);
  assert.equal(code, 0, stderr);
  assert.match(await place.read('grid.env'), /^SELENIUM_REMOTE_URL=http:.*\nSE_REGISTRATION_SECRET=.+\n$/);
  assert.equal((await stat(join(place.folder, 'grid.env'))).mode & 0o777, 0o600);
});

test(
  '--listen localhost opens loopback and nothing else, as do ports that are compared after the start',
  options,
  async () => {
    const name = `${NAME}-l`;
    try {
      await gridUp({ name, nodes: 1, sessionsPerNode: 1, port: 0, listen: 'localhost', openBus: true });
      const { NetworkSettings, Id } = await docker.getContainer(`gridrun-${name}-hub`).inspect();
      for (const port of ['4442/tcp', '4443/tcp', '4444/tcp'])
        assert.deepEqual(
          NetworkSettings.Ports[port]?.map(({ HostIp }) => HostIp),
          ['127.0.0.1'],
          port,
        );
      await assert.rejects(checkOpenPorts(await openEngine(), Id, '127.0.0.2'), { code: 'grid.open-port' });
    } finally {
      await gridDown(name);
    }
    await assert.rejects(
      gridUp({ name, nodes: 1, port: 0, listen: '203.0.113.9' }),
      /does not have the address of --listen/,
    );
    assert.deepEqual(await leftovers(name), []);
  },
);

test(
  '--listen :: opens every IPv6 address, and gridrun finds the hub there',
  { ...options, skip: options.skip === false ? hasNoIpv6() : options.skip },
  async () => {
    await using named = gridName();
    const made = await gridUp({ name: named.name, nodes: 1, sessionsPerNode: 1, port: 0, listen: '[::]' });
    assert.match(made.shown, /^http:\/\/\[::1\]:/);
    assert.equal((await readHub(made)).nodes.length, 1);
  },
);

function hasNoIpv6(): string | false {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => (all ?? []).map(({ address }) => address));
  return addresses.includes('::1') ? false : 'this machine has no IPv6';
}

test('an address to listen on is an IP address or localhost', () => {
  const heard = ['localhost', '127.0.0.1', '[::1]', '::', '0:0:0:0:0:0:0:1', '::ffff:10.0.0.5'].map(listenAddress);
  assert.deepEqual(heard, ['127.0.0.1', '127.0.0.1', '::1', '::', '::1', '10.0.0.5']);
  for (const wrong of ['', 'nonsense', 'my-host', '127.1', '0', '10.0.0.256', 'fe80::1%eth0', '127.0.0.1:4444'])
    assert.equal(listenAddress(wrong), undefined, wrong);
});

test('grid down leaves alone what only has the labels of a grid, and says so', options, async () => {
  const name = `${NAME}-f`;
  const { imageId } = { imageId: (await docker.getContainer(`gridrun-${NAME}-hub`).inspect()).Image };
  const foreign = await docker.createContainer({
    name: `stranger-${name}`,
    Image: imageId,
    Labels: {
      'io.gridrun.grid': name,
      'io.gridrun.role': 'node',
      'io.gridrun.node': '1',
      'io.gridrun.secrets': 'file',
    },
  });
  const network = await docker.createNetwork({ Name: `stranger-${name}`, Labels: { 'io.gridrun.grid': name } });
  try {
    const { code, stderr } = await grid('down', '--name', name);
    assert.deepEqual([code, /^code: grid\.foreign$/m.test(stderr)], [2, true], stderr);
    assert.equal((await foreign.inspect()).State.Status, 'created');
    assert.equal((await network.inspect()).Name, `stranger-${name}`);
    assert.equal((await grid('up', '--name', name, '--port', '0')).code, 2);
  } finally {
    await foreign.remove({ force: true });
    await network.remove();
  }
});

test('grid says what it has if its command is wrong or missing', async () => {
  for (const [args, said] of [
    [['frobnicate'], /has no command 'frobnicate'\nuse one of up, down, status, scale, logs, join, image\n/],
    [[], /gridrun grid needs a command\n/],
    [['scale'], /the command needs 1 more argument\n/],
    [['join'], /--hub and --advertise must be passed\n/],
  ] as const) {
    const { code, stderr } = await grid(...args);
    assert.match(stderr, said);
    assert.equal(code, 2);
  }
});

test('grid commands refuse words that they do not take', async () => {
  for (const args of [
    ['down', 'other'],
    ['scale', '2', 'other'],
    ['logs', 'hub', 'other'],
  ]) {
    const { code, stderr } = await grid(...args);
    assert.match(stderr, new RegExp(`gridrun grid ${args[0]} does not take 'other'`));
    assert.equal(code, 2);
  }
});

test('grid commands refuse a name that no grid can have', options, async () => {
  const { code, stderr } = await grid('down', '--name', 'bad name!');
  assert.deepEqual([code, /^code: grid\.bad-options$/m.test(stderr)], [2, true], stderr);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { gridDown } from '../../../src/grid/docker/down.ts';
import { openEngine } from '../../../src/grid/docker/engine.ts';
import { readHub } from '../../../src/grid/docker/hub-api.ts';
import { startScaler, type Scaler } from '../../../src/grid/docker/scaler.ts';
import { gridUp, type RunningGrid } from '../../../src/grid/docker/up.ts';
import { Workplace } from '../../support/command.ts';
import { docker, gridName, leftovers, ofGrid } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };

test('two grid up of one name at once make one grid, and each is told that it is ready', options, async () => {
  await using named = gridName();
  const { name } = named;
  await using place = await Workplace.with({});
  const up = ['grid', 'up', '--name', name, '--nodes', '2', '--sessions-per-node', '1', '--port', '0'];
  const [first, second] = await Promise.all([place.run(up), place.run(up)]);
  assert.deepEqual([first.code, second.code], [0, 0], first.stderr + second.stderr);
  assert.equal(first.stdout, second.stdout);
  assert.match(first.stderr + second.stderr, /waiting for process \d+, another gridrun that is changing the grid/);
  assert.equal((await ofGrid(name)).containers.length, 3);
  await gridDown(name);
  assert.deepEqual(await leftovers(name), []);
});

test('two runs on one grid mend it once: neither takes away what the other starts', options, async () => {
  await using named = gridName();
  const { name } = named;
  const grid = await gridUp({ name, nodes: 1, sessionsPerNode: 1, port: 0 });
  const notices: string[] = [];
  const scalers = [await caretaker(name, notices), await caretaker(name, notices)];
  try {
    // Both have seen the grid at work.
    await delay(4000);
    await docker.getContainer(`gridrun-${name}-hub`).remove({ force: true });
    await untilUp(grid, notices, 'grid.hub-lost');
    await docker.getContainer(`gridrun-${name}-node-1`).kill({ signal: 'SIGKILL' });
    await untilUp(grid, notices, 'grid.node-lost');
  } finally {
    await Promise.all(scalers.map(async (scaler) => await scaler.stop()));
  }
  assert.deepEqual(
    notices.map((notice) => notice.replace(/:.*/, '')),
    ['grid.hub-lost', 'grid.node-lost'],
    notices.join('\n'),
  );
  assert.equal((await ofGrid(name)).containers.length, 2);
});

/** What a run has to look after a grid. */
async function caretaker(grid: string, notices: string[]): Promise<Scaler> {
  return startScaler({
    grid,
    engine: await openEngine(),
    range: undefined,
    sessionsPerNode: 1,
    load: () => ({ open: 0, waiting: 0 }),
    room: () => 0,
    onScaled: () => {},
    onNotice: (_level, code, text) => notices.push(`${code}: ${text}`),
    onGone: (error) => notices.push(`${error.code}: ${error.message}`),
  });
}

/** Waits for a notice, and then until the hub has its node. */
async function untilUp(grid: RunningGrid, notices: readonly string[], code: string): Promise<void> {
  while (!notices.some((notice) => notice.startsWith(code))) await delay(100);
  for (;;) {
    const status = await readHub(grid).catch(() => undefined);
    const { containers } = await ofGrid(grid.name);
    const running = await Promise.all(containers.map(async (name) => await isRunning(name)));
    if (running.filter(Boolean).length === 2 && status?.nodes.some(({ up }) => up)) return;
    await delay(200);
  }
}

async function isRunning(name: string): Promise<boolean> {
  return await docker
    .getContainer(name)
    .inspect()
    .then(
      ({ State }) => State.Running,
      () => false,
    );
}

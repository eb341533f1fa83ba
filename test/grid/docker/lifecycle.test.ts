import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { dockerGrid } from '../../../src/grid/docker/docker-grid.ts';
import { downAllDead, gridDown } from '../../../src/grid/docker/down.ts';
import { gridLogs } from '../../../src/grid/docker/logs.ts';
import { gridScale } from '../../../src/grid/docker/scale.ts';
import { gridStatus } from '../../../src/grid/docker/status.ts';
import { gridUp } from '../../../src/grid/docker/up.ts';
import { remoteGrid } from '../../../src/grid/remote.ts';
import { docker, driving, leftovers, gridName, ofGrid, pause } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 600_000 };
const signal = new AbortController().signal;
const UP = new URL('../../../src/grid/docker/up.ts', import.meta.url).href;
const GRID = new URL('../../../src/grid/docker/docker-grid.ts', import.meta.url).href;

test(
  'up, scale up and down with sessions, status, logs, down: each runs twice, no session is cut, nothing is left',
  options,
  async () => {
    await using named = gridName();
    const { name } = named;
    {
      const up = await gridUp({ name, nodes: 2, sessionsPerNode: 1, port: 0 });
      const progress: string[] = [];
      await gridUp({ name, nodes: 2, sessionsPerNode: 1, port: 0, onProgress: (line) => void progress.push(line) });
      assert.deepEqual(
        progress.filter((line) => line.startsWith('waiting for')),
        [],
      );
      await using grid = remoteGrid(up.url, { sessions: 'auto' });
      const allOwned = await Promise.all(
        [1, 2].map(
          async (index) => await grid.openSession({ name: `scale ${index}`, capabilities: {}, avoidNodes: [], signal }),
        ),
      );
      assert.deepEqual((await gridScale(name, 4)).added, [`gridrun-${name}-node-3`, `gridrun-${name}-node-4`]);
      assert.deepEqual((await gridScale(name, 4)).added, []);

      const [report] = await gridStatus({ name });
      assert.deepEqual([report?.state, report?.slots, report?.sessions, report?.nodes.length], ['ready', 4, 2, 4]);
      assert.ok(
        report?.nodes.every(
          ({ memory }) => memory !== undefined && memory.usedBytes > 0 && memory.limitBytes === 2304 * 1024 * 1024,
        ),
      );

      const shrinking = gridScale(name, 1);
      await untilNodes(name, 2);
      for (const { session } of allOwned) {
        const page = driving(session);
        await page.go('data:text/html,<title>still here</title>');
        assert.equal(await page.run('return document.title'), 'still here');
      }
      await Promise.all(allOwned.map(async (owned) => await owned.release()));
      const shrunk = await shrinking;
      assert.deepEqual([shrunk.removed.length, shrunk.draining.length], [3, 0]);
      assert.deepEqual((await gridScale(name, 1)).removed, []);
      assert.equal((await ofGrid(name)).containers.length, 2);

      const lines: string[] = [];
      await gridLogs(name, {}, (line) => void lines.push(line));
      assert.ok(
        lines.some((line) => line.includes('Started Selenium Hub')) &&
          lines.some((line) => line.includes('Started Selenium node')),
      );
      assert.ok(!lines.some((line) => line.includes(up.registration)));
      assert.equal((await gridDown(name)).length, 3);
      assert.deepEqual(await gridDown(name), []);
    }
    assert.deepEqual(await leftovers(name), []);
  },
);

test(
  'an up that is killed at any moment is completed by the next one, and down removes all of it',
  options,
  async () => {
    await using named = gridName();
    const { name } = named;
    {
      const script = `const { gridUp } = await import(${JSON.stringify(UP)}); await gridUp({ name: ${JSON.stringify(name)}, nodes: 2, sessionsPerNode: 1, port: 0 });`;
      for (let round = 0; round < 10; round++) {
        const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
        const exited = once(child, 'exit');
        // Each round kills it at another moment, spread over a whole start.
        await Promise.race([exited, delay(200 + Math.random() * 5000)]);
        child.kill('SIGKILL');
        await exited;
        if (round % 3 === 2) await gridDown(name);
      }
      const up = await gridUp({ name, nodes: 2, sessionsPerNode: 1, port: 0 });
      const [report] = await gridStatus({ name });
      assert.deepEqual([up.nodes, report?.state, report?.slots], [2, 'ready', 2]);
      await gridDown(name);
      assert.deepEqual(await ofGrid(name), { containers: [], networks: [] });
    }
    assert.deepEqual(await leftovers(name), []);
  },
);

test('half a grid is completed: a node killed, one paused, the hub stopped', options, async () => {
  await using named = gridName();
  const { name } = named;
  const first = await gridUp({ name, nodes: 3, sessionsPerNode: 1, port: 0 });
  await docker.getContainer(`gridrun-${name}-node-1`).kill();
  await pause(`gridrun-${name}-node-2`);
  await docker.getContainer(`gridrun-${name}-hub`).stop({ t: 2 });
  const again = await gridUp({ name, nodes: 3, sessionsPerNode: 1, port: 0 });
  assert.equal(again.url, first.url);
  assert.equal((await gridStatus({ name }))[0]?.slots, 3);
});

test('a grid that cannot be completed is removed, and the error has its log', options, async () => {
  await using named = gridName();
  await assert.rejects(
    gridUp({ name: named.name, nodes: 1, sessionsPerNode: 1, port: 0, readyDeadlineMs: 1 }),
    /not ready after 0 s[\s\S]*last lines of/,
  );
  await using other = gridName();
  const up = await gridUp({ name: other.name, nodes: 1, sessionsPerNode: 1, port: 0 });
  await assert.rejects(
    gridUp({ name: named.name, nodes: 1, sessionsPerNode: 1, port: Number(new URL(up.url).port) }),
    /port \d+ of 127\.0\.0\.1 is taken/,
  );
  await assert.rejects(
    gridUp({ name: 'No Name', nodes: 0, sessionsPerNode: 0, port: -1 }),
    /options of the grid are not valid/,
  );
  await gridDown(other.name);
  assert.deepEqual(await leftovers(named.name, other.name), []);
});

test('the next run removes the grid of a killed run, and keeps the grid of a live one', options, async () => {
  const script = `const { dockerGrid } = await import(${JSON.stringify(GRID)});
    const grid = await dockerGrid({ name: 'none-such', nodes: { min: 1, max: 1 }, sessionsPerNode: 1, sessions: 'auto', siteUrls: [] });
    console.log(grid.name); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  try {
    await once(child.stdout, 'data');
    await downAllDead();
    assert.equal((await ownedBy(child.pid!)).length, 3);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
  {
    await using grid = await dockerGrid({
      name: 'none-such',
      nodes: { min: 1, max: 1 },
      sessionsPerNode: 1,
      sessions: 'auto',
      siteUrls: [],
    });
    assert.match(grid.name, /^docker http:\/\/127\.0\.0\.1:\d+$/);
    assert.deepEqual(await ownedBy(child.pid!), []);
    assert.equal((await ownedBy(process.pid)).length, 3);
  }
  assert.deepEqual(await leftovers(), []);
});

/** The hub, the nodes and the network of the run of a process. */
async function ownedBy(pid: number): Promise<string[]> {
  const filters = { label: ['io.gridrun.owner'] };
  const [containers, networks] = await Promise.all([
    docker.listContainers({ all: true, filters }),
    docker.listNetworks({ filters }),
  ]);
  return [...containers, ...networks].flatMap(({ Labels }) =>
    Labels?.['io.gridrun.owner']?.includes(`"pid":${pid},`) ? [Labels['io.gridrun.grid']!] : [],
  );
}

async function untilNodes(name: string, count: number): Promise<void> {
  while ((await ofGrid(name)).containers.length > count + 1) await delay(100);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GridrunError } from '../../../src/core/fault.ts';
import { gridDown } from '../../../src/grid/docker/down.ts';
import { gridJoin, type GridJoinOptions } from '../../../src/grid/docker/join.ts';
import { gridUp, type RunningGrid } from '../../../src/grid/docker/up.ts';
import { remoteGrid } from '../../../src/grid/remote.ts';
import { docker, driving, leftovers, gridName } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };
const signal = new AbortController().signal;

/** An address of this machine that containers of any network reach. It stands for another machine. */
async function machineAddress(): Promise<string> {
  const { IPAM } = (await docker.getNetwork('bridge').inspect()) as {
    IPAM: { Config: { Gateway?: string; Subnet: string }[] };
  };
  return IPAM.Config[0]?.Gateway ?? '172.17.0.1';
}

function joinOptions(hub: RunningGrid, advertise: string, more: Partial<GridJoinOptions> = {}): GridJoinOptions {
  return {
    hub: hub.url,
    advertise,
    registrationSecret: hub.registration,
    nodes: 1,
    sessionsPerNode: 1,
    port: 5655,
    ...more,
  };
}

test('nodes on another network join a hub by the address that it reaches, and run sites', options, async () => {
  const address = await machineAddress();
  const names: string[] = [];
  {
    await using named = gridName();
    names.push(named.name);
    const hub = await gridUp({
      name: named.name,
      nodes: 1,
      sessionsPerNode: 1,
      port: 0,
      listen: address,
      openBus: true,
    });
    const joined = await gridJoin(joinOptions(hub, address, { nodes: 2 }));
    names.push(joined.name);
    try {
      assert.deepEqual(joined.nodes, [`http://${address}:5655`, `http://${address}:5656`]);
      assert.deepEqual(await gridJoin(joinOptions(hub, address, { nodes: 2 })), joined);
      for (const [more, mistake] of [
        [{ registrationSecret: 'another' }, /node-1 was started with another registration secret/],
        [{ sessionsPerNode: 2 }, /node-2 has --sessions-per-node 1, not 2/],
      ] as const)
        await assert.rejects(gridJoin(joinOptions(hub, address, { nodes: 2, ...more })), ({ mistakes }: GridrunError) =>
          mistake.test(mistakes.join('\n')),
        );
      await using grid = remoteGrid(hub.url, { sessions: 'auto' });
      const allOwned = await Promise.all(
        [1, 2, 3].map(
          async (index) => await grid.openSession({ name: `join ${index}`, capabilities: {}, avoidNodes: [], signal }),
        ),
      );
      assert.deepEqual(
        allOwned.map(({ session }) => session.node).sort(),
        [`http://${address}:5655`, `http://${address}:5656`, 'http://node-1:5555'].sort(),
      );
      for (const { session } of allOwned) {
        const page = driving(session);
        await page.go('data:text/html,<title>here</title>');
        assert.equal(await page.run('return document.title'), 'here');
      }
      await Promise.all(allOwned.map(async (owned) => await owned.release()));
    } finally {
      await gridDown(joined.name);
    }
  }
  assert.deepEqual(await leftovers(...names), []);
});

test('a join that fails says what is wrong, and leaves nothing', options, async () => {
  const address = await machineAddress();
  await using named = gridName();
  const hub = await gridUp({ name: named.name, nodes: 1, sessionsPerNode: 1, port: 0, listen: address, openBus: true });
  const before = await joinedNodes();
  // An unused address of the same network.
  const nobody = address.replace(/\d+\.\d+$/, '255.254');
  await assert.rejects(
    gridJoin(joinOptions(hub, nobody, { readyDeadlineMs: 12_000 })),
    new RegExp(`--advertise ${nobody} is wrong: nothing answers at http://${nobody}:5655`),
  );
  await assert.rejects(
    gridJoin(joinOptions(hub, address, { readyDeadlineMs: 12_000, registrationSecret: 'another' })),
    /has not taken .*registration secret is different/s,
  );
  await assert.rejects(gridJoin(joinOptions(hub, 'localhost')), /these nodes cannot join the hub/);
  await assert.rejects(
    gridJoin(joinOptions(hub, address, { busPorts: { publish: 4499, subscribe: 4443 } })),
    /event bus does not answer at .*:4499/,
  );
  await assert.rejects(gridJoin({ ...joinOptions(hub, address), hub: hub.shown }), /does not answer/);
  assert.deepEqual(await joinedNodes(), before);
});

async function joinedNodes(): Promise<string[]> {
  const containers = await docker.listContainers({ all: true, filters: { label: ['io.gridrun.hub'] } });
  return containers.flatMap(({ Names }) => Names);
}

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gridDown } from '../../../src/grid/docker/down.ts';
import { gridScale } from '../../../src/grid/docker/scale.ts';
import { gridUp } from '../../../src/grid/docker/up.ts';
import { docker, gridName, leftovers } from '../../support/engine.ts';
import { missing } from '../../support/machine.ts';

const options = { skip: missing('docker'), timeout: 300_000 };

test(
  'a container of a committed node has the labels of the grid, and is neither counted nor removed',
  options,
  async () => {
    await using named = gridName();
    const { name } = named;
    await gridUp({ name, nodes: 1, sessionsPerNode: 1, port: 0 });
    const { Id: image } = (await docker.getContainer(`gridrun-${name}-node-1`).commit({ pause: false })) as {
      Id: string;
    };
    const stranger = await docker.createContainer({
      name: `stranger-${name}`,
      Image: image,
      Entrypoint: ['sleep', '600'],
      Cmd: [],
    });
    try {
      await stranger.start();
      assert.deepEqual((await gridScale(name, 2)).added, [`gridrun-${name}-node-2`]);
      assert.deepEqual((await gridScale(name, 1)).removed, [`gridrun-${name}-node-2`]);
      assert.equal((await stranger.inspect()).State.Status, 'running');
      assert.equal((await stranger.inspect()).Config.Labels['io.gridrun.grid'], name);
    } finally {
      await stranger.remove({ force: true });
      await gridDown(name);
      await docker.getImage(image).remove({ force: true });
    }
    assert.deepEqual(await leftovers(name), []);
  },
);

import { networkName } from '../../src/grid/docker/labels.ts';
import { docker, pause } from '../support/engine.ts';

/** What happens to a grid in the middle of a run, and how gridrun's one line about it starts. */
export interface Harm {
  readonly what: string;
  readonly notice: RegExp;
  /** @param node the name of a node's container that works on a site */
  do(grid: string, node: string): Promise<unknown>;
}

const hubOf = (grid: string): ReturnType<typeof docker.getContainer> => docker.getContainer(`gridrun-${grid}-hub`);

async function cut(grid: string, container: string): Promise<void> {
  await docker.getNetwork(networkName(grid)).disconnect({ Container: container, Force: true });
}

export const HARMS: readonly Harm[] = [
  {
    what: 'a node is killed',
    notice: /^the node gridrun-\S+ ended with exit code 137 \(killed\): /,
    do: async (_grid, node) => void (await docker.getContainer(node).kill({ signal: 'SIGKILL' })),
  },
  {
    what: 'a node is paused',
    notice: /^the node gridrun-\S+ was paused: /,
    do: async (_grid, node) => await pause(node),
  },
  {
    what: 'a node is cut off its network',
    notice: /^the node gridrun-\S+ was cut off its network: /,
    do: async (grid, node) => await cut(grid, node),
  },
  {
    what: 'the hub is killed',
    notice: /^the hub gridrun-\S+ ended with exit code 137 \(killed\), so gridrun starts it again; its last lines: /,
    do: async (grid) => void (await hubOf(grid).kill({ signal: 'SIGKILL' })),
  },
  {
    what: 'the hub is removed',
    notice: /^the hub gridrun-\S+ was removed, so gridrun starts it again/,
    do: async (grid) => void (await hubOf(grid).remove({ force: true })),
  },
  {
    what: 'the hub is cut off its network',
    notice: /^the hub gridrun-\S+ was cut off its network, so gridrun starts it again/,
    do: async (grid) => await cut(grid, `gridrun-${grid}-hub`),
  },
  {
    what: 'the hub is paused',
    notice: /^the hub gridrun-\S+ was paused, so gridrun starts it again/,
    do: async (grid) => await pause(`gridrun-${grid}-hub`),
  },
];

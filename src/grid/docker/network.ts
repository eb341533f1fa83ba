import { BlockList, isIPv4 } from 'node:net';
import { addressesOf } from '../loopback.ts';
import { readInventory } from './inventory.ts';
import { EngineRefusal, ifThere, type Engine } from './engine.ts';
import { LABEL, networkName } from './labels.ts';

/**
 * Makes the network of a grid and returns its id. Returns undefined if another gridrun has just made it, which will do.
 * @param owner `ownerLabel()`, if the grid belongs to a run
 */
export async function createNetwork(
  engine: Engine,
  grid: string,
  owner: string | undefined,
): Promise<string | undefined> {
  const name = networkName(grid);
  const ownerOf = owner === undefined ? {} : { [LABEL.owner]: owner };
  const labels = { [LABEL.grid]: grid, [LABEL.role]: 'network', ...ownerOf };
  try {
    const network = await engine.call(
      `create the network ${name}`,
      async (abortSignal) =>
        await engine.docker.createNetwork({ Name: name, CheckDuplicate: true, Labels: labels, abortSignal }),
    );
    return network.id;
  } catch (error) {
    if (!(error instanceof EngineRefusal) || error.status !== 409) throw error;
    return undefined;
  }
}

/** Removes a network. Containers of others that are connected to it are disconnected, not removed. */
export async function removeNetwork(engine: Engine, id: string): Promise<void> {
  const network = engine.docker.getNetwork(id);
  const facts = await ifThere(
    engine.call('inspect a network', async () => (await network.inspect()) as { Containers?: Record<string, unknown> }),
  );
  for (const container of Object.keys(facts?.Containers ?? {})) {
    try {
      await engine.call(
        'disconnect a container',
        async () => (await network.disconnect({ Container: container, Force: true })) as unknown,
      );
    } catch (error) {
      // It was disconnected in the meantime.
      if (!(error instanceof EngineRefusal)) throw error;
    }
  }
  await ifThere(engine.call(`remove the network ${id.slice(0, 12)}`, async () => (await network.remove()) as unknown));
}

/** The network of a grid, seen from this machine. */
export interface GridNetwork {
  /** This machine's own address on it. */
  readonly gateway: string;
  /** `172.18.0.0/16` */
  readonly subnet: string;
}

/** Reads the network that a hub's container is on. */
export async function gridNetwork(engine: Engine, hubId: string): Promise<GridNetwork> {
  const facts = await engine.call('inspect a hub', async () => await engine.docker.getContainer(hubId).inspect());
  const [network] = Object.values(facts.NetworkSettings.Networks);
  const gateway = network?.Gateway ?? '';
  return { gateway, subnet: `${gateway}/${network?.IPPrefixLen ?? 32}` };
}

/** Why the grid's browsers cannot reach a site: its address is one of their own network. Throws a `GridrunError`. */
export async function whyInNetwork(engine: Engine, grid: string, url: string): Promise<string | undefined> {
  const { hub } = await readInventory(engine, grid);
  if (hub === undefined) return undefined;
  const { gateway, subnet } = await gridNetwork(engine, hub.id);
  const [, bits = '32'] = subnet.split('/');
  if (!isIPv4(gateway)) return undefined;
  const inside = new BlockList();
  inside.addSubnet(gateway, Number(bits), 'ipv4');
  const host = new URL(url).hostname;
  const address = [host, ...(await addressesOf(url))].find((known) => isIPv4(known) && inside.check(known));
  if (address === undefined || address === gateway) return undefined;
  const shown = address === host ? host : `${host} (${address})`;
  return `${shown} is an address of the network ${subnet} of the grid's containers, so they look for it there`;
}

import { removeContainer, stopAndRemove } from './containers.ts';
import { EngineRefusal, ifThere, openEngine, type Engine } from './engine.ts';
import { readInventories, readInventory, type GridInventory } from './inventory.ts';
import { isOwnerDead } from './owner.ts';

export interface GridDownOptions {
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/**
 * Takes away everything with this grid's label, nodes first, and nothing else; also what a starter that was killed left
 * half made. Said twice, there is nothing left to take. Gives the names of what was taken. Throws a `GridrunError`.
 */
export async function gridDown(name: string, options: GridDownOptions = {}): Promise<string[]> {
  const engine = options.engine ?? (await openEngine(options.signal));
  return await takeAway(engine, await readInventory(engine, name), options.onProgress);
}

/** Takes away every grid of a run whose process is gone. Gives their names. */
export async function downAllDead(options: GridDownOptions = {}): Promise<string[]> {
  const engine = options.engine ?? (await openEngine(options.signal));
  const names: string[] = [];
  for (const inventory of await readInventories(engine)) {
    if (inventory.owner === undefined || !isOwnerDead(inventory.owner)) continue;
    await takeAway(engine, inventory, options.onProgress);
    names.push(inventory.name);
  }
  return names;
}

async function takeAway(
  engine: Engine,
  inventory: GridInventory,
  onProgress: ((text: string) => void) | undefined,
): Promise<string[]> {
  const taken: string[] = [];
  const say = (name: string): void => {
    taken.push(name);
    onProgress?.(`removed ${name}`);
  };
  await Promise.all(
    inventory.nodes.map(async ({ id, name }) => {
      await removeContainer(engine, id);
      say(name);
    }),
  );
  if (inventory.hub !== undefined) {
    await stopAndRemove(engine, inventory.hub.id);
    say(inventory.hub.name);
  }
  for (const id of inventory.networkIds) {
    await removeNetwork(engine, id);
    say(`network ${id.slice(0, 12)}`);
  }
  return taken;
}

/** A container of another's that was connected to the network is disconnected, not removed. */
async function removeNetwork(engine: Engine, id: string): Promise<void> {
  const network = engine.docker.getNetwork(id);
  const facts = await ifThere(
    engine.call('inspect a network', async () => (await network.inspect()) as { Containers?: Record<string, unknown> }),
  );
  for (const container of Object.keys(facts?.Containers ?? {})) {
    await engine
      .call(
        'disconnect a container',
        async () => (await network.disconnect({ Container: container, Force: true })) as unknown,
      )
      .catch(passRefusal);
  }
  await ifThere(engine.call(`remove the network ${id.slice(0, 12)}`, async () => (await network.remove()) as unknown));
}

function passRefusal(error: unknown): void {
  if (!(error instanceof EngineRefusal)) throw error;
}

import { removeContainer, stopAndRemove } from './containers.ts';
import { openEngine, type Engine } from './engine.ts';
import { readInventories, readInventory, type GridInventory } from './inventory.ts';
import { removeNetwork } from './network.ts';
import { isOwnerDead } from './owner.ts';

export interface GridDownOptions {
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/**
 * Removes everything with this grid's label, nodes first, and nothing else. That includes what a killed `grid up` left
 * half made. A second call finds nothing to remove. Returns the names of what it removed. Throws a `GridrunError`.
 */
export async function gridDown(name: string, options: GridDownOptions = {}): Promise<string[]> {
  const engine = options.engine ?? (await openEngine(options.signal));
  return await removeGrid(engine, await readInventory(engine, name), options.onProgress);
}

/** Removes every grid whose run has ended without removing it. Returns the names of these grids. */
export async function downAllDead(options: GridDownOptions = {}): Promise<string[]> {
  const engine = options.engine ?? (await openEngine(options.signal));
  const names: string[] = [];
  for (const inventory of await readInventories(engine)) {
    if (inventory.owner === undefined || !isOwnerDead(inventory.owner)) continue;
    await removeGrid(engine, inventory, options.onProgress);
    names.push(inventory.name);
  }
  return names;
}

async function removeGrid(
  engine: Engine,
  { nodes, hub, networkIds }: GridInventory,
  onProgress: ((text: string) => void) | undefined,
): Promise<string[]> {
  const removed: string[] = [];
  const report = (name: string): void => {
    removed.push(name);
    onProgress?.(`removed ${name}`);
  };
  await Promise.all(
    nodes.map(async ({ id, name }) => {
      await removeContainer(engine, id);
      report(name);
    }),
  );
  if (hub !== undefined) {
    await stopAndRemove(engine, hub.id);
    report(hub.name);
  }
  for (const id of networkIds) {
    await removeNetwork(engine, id);
    report(`network ${id.slice(0, 12)}`);
  }
  return removed;
}

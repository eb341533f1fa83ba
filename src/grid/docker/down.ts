import { GridrunError, refusal } from '../../core/fault.ts';
import { ChangeLock } from './change-lock.ts';
import { removeContainer, stopAndRemove } from './containers.ts';
import { openEngine, type Engine } from './engine.ts';
import { readInventories, readInventory, type GridInventory } from './inventory.ts';
import { isGridName } from './labels.ts';
import { removeNetwork } from './network.ts';
import { isOwnerDead } from './owner.ts';

export interface GridDownOptions {
  readonly engine?: Engine;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/**
 * Removes everything that gridrun made for this grid, nodes first, and nothing else. That includes what a killed
 * `grid up` left half made. A second call finds nothing to remove. Returns the names of what it removed. Throws a
 * `GridrunError`; it is a refusal if the name cannot be one, or if another tool has made the whole grid.
 */
export async function gridDown(name: string, options: GridDownOptions = {}): Promise<string[]> {
  if (!isGridName(name)) throw wrongName(name);
  const engine = options.engine ?? (await openEngine(options.signal));
  // A run that looks after the grid starts nothing now. A command that is stuck does not stop its removal.
  using _lock = ChangeLock.try(name);
  const inventory = await readInventory(engine, name);
  const removed = await removeGrid(engine, inventory, options.onProgress).catch(async (error: unknown) => {
    throw options.signal?.aborted ? await interrupted(engine, name, error) : error;
  });
  const { foreign } = inventory;
  if (removed.length === 0 && foreign.length > 0) throw foreignGrid(inventory);
  for (const { name: left } of foreign) options.onProgress?.(`left ${left} alone: gridrun did not make it`);
  return removed;
}

/** Says by name what is still there of a grid whose removal was interrupted. */
async function interrupted(engine: Engine, name: string, cause: unknown): Promise<Error> {
  const now = await readInventory(engine.with(undefined), name).catch(() => undefined);
  const left = [now?.hub, ...(now?.nodes ?? [])].flatMap((container) => (container?.isOurs ? container.name : []));
  const names = left.length === 0 ? '' : `; it still has ${left.join(', ')}`;
  return new GridrunError('grid.stopped', `the command was interrupted before the grid '${name}' was removed${names}`, {
    hint: `run it again to remove the rest: gridrun grid down --name ${name}`,
    cause,
  });
}

/** The refusal of a name that no grid can have. */
export function wrongName(name: string): Error {
  return refusal('grid.bad-options', `'${name}' is not a valid name for a grid`, {
    hint: 'use at most 41 of the characters a to z, 0 to 9 and -',
  });
}

/** The refusal to change a grid that another tool has made. */
export function foreignGrid({ name, foreign }: GridInventory): Error {
  const names = foreign.map((container) => container.name).join(', ');
  return refusal('grid.foreign', `gridrun did not make the grid '${name}', so it does not change it: ${names}`, {
    hint: 'remove it with the tool that made it, such as docker-compose, or use another grid',
  });
}

/** Removes every grid whose run has ended without removing it. Returns the names of these grids. */
export async function downAllDead(options: GridDownOptions = {}): Promise<string[]> {
  const engine = options.engine ?? (await openEngine(options.signal));
  const names: string[] = [];
  for (const inventory of await readInventories(engine)) {
    if (inventory.owner === undefined || !isOwnerDead(inventory.owner)) continue;
    const removed = await removeGrid(engine, inventory, options.onProgress);
    if (removed.length > 0) names.push(inventory.name);
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
  if (hub?.isOurs) {
    await stopAndRemove(engine, hub.id);
    report(hub.name);
  }
  for (const id of networkIds) {
    await removeNetwork(engine, id);
    report(`network ${id.slice(0, 12)}`);
  }
  return removed;
}

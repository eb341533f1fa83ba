import { GridrunError } from '../../core/fault.ts';
import { openEngine, type Engine } from './engine.ts';
import { hubAccess, type HubAccess } from './hub-api.ts';
import { readInventory, type GridInventory } from './inventory.ts';
import { readSecrets, type GridSecrets } from './secrets.ts';

/** A grid whose hub runs. Any process that may use the engine can find it, whichever process made it. */
export interface FoundGrid {
  readonly engine: Engine;
  readonly inventory: GridInventory;
  readonly hub: NonNullable<GridInventory['hub']>;
  readonly access: HubAccess;
  readonly secrets: GridSecrets;
}

/** Finds a grid whose hub runs. Returns undefined if there is none. Throws a `GridrunError` if the engine fails. */
export async function findDockerGrid(name: string, engine: Engine): Promise<FoundGrid | undefined> {
  const inventory = await readInventory(engine, name);
  const { hub } = inventory;
  if (hub === undefined || hub.state !== 'running' || hub.port === undefined) return undefined;
  const secrets = await readSecrets(engine, engine.docker.getContainer(hub.id), hub.labels);
  if (secrets === undefined) return undefined;
  return { engine, inventory, hub, secrets, access: hubAccess(secrets, hub.listen, hub.port) };
}

/** As `findDockerGrid`, but throws a `GridrunError` if there is none. */
export async function openDockerGrid(name: string, signal?: AbortSignal): Promise<FoundGrid> {
  const grid = await findDockerGrid(name, await openEngine(signal));
  if (grid !== undefined) return grid;
  throw new GridrunError('grid.none', `there is no grid '${name}'`, {
    hint: `start it: gridrun grid up --name ${name}`,
  });
}

import { GridrunError } from '../../core/fault.ts';
import { openEngine, type Engine } from './engine.ts';
import { hubAccess, type HubAccess } from './hub-api.ts';
import { readInventory, type GridInventory } from './inventory.ts';
import { readSecrets, type GridSecrets } from './secrets.ts';

/** A grid that is there, as any process with the engine can find it. */
export interface DockerGridHandle {
  readonly engine: Engine;
  readonly inventory: GridInventory;
  readonly hub: NonNullable<GridInventory['hub']>;
  readonly access: HubAccess;
  readonly secrets: GridSecrets;
}

/** Finds a grid whose hub runs; undefined where there is none. Throws a `GridrunError` where the engine does not answer. */
export async function findDockerGrid(name: string, engine: Engine): Promise<DockerGridHandle | undefined> {
  const inventory = await readInventory(engine, name);
  const { hub } = inventory;
  if (hub === undefined || hub.state !== 'running' || hub.port === undefined) return undefined;
  const secrets = await readSecrets(engine, engine.docker.getContainer(hub.id), hub.labels);
  return secrets === undefined
    ? undefined
    : { engine, inventory, hub, secrets, access: hubAccess(secrets, hub.listen, hub.port) };
}

/** As `findDockerGrid`; throws a refusal where there is none. */
export async function openDockerGrid(name: string, signal?: AbortSignal): Promise<DockerGridHandle> {
  const grid = await findDockerGrid(name, await openEngine(signal));
  if (grid !== undefined) return grid;
  throw new GridrunError('grid.none', `no grid '${name}' is up`, { hint: `gridrun grid up --name ${name}` });
}

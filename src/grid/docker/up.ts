import { GridrunError } from '../../core/fault.ts';
import { autoSessionsPerNode } from './add-node.ts';
import { Assembly, type RunningGrid } from './assembly.ts';
import { ChangeLock } from './change-lock.ts';
import { openEngine, type Engine } from './engine.ts';
import { ensureGivenImage, ensureImage, ensureOwnImage, type GridImages } from './image.ts';
import { readInventory, type GridInventory } from './inventory.ts';
import { refuseCrowd } from './room.ts';
import {
  DEFAULT_NODES,
  refuseOther,
  refuseOtherImages,
  wantedGrid,
  type GridUpOptions,
  type Wanted,
} from './up-options.ts';

export type { RunningGrid } from './assembly.ts';
export type { GridUpOptions } from './up-options.ts';

/**
 * Brings a grid up: network, hub, nodes. Returns when the hub has every slot. A second call changes nothing, and half a
 * grid is completed. It waits while another gridrun changes the grid. If that fails, it removes what this call made and nothing else. Throws a `GridrunError`. A refusal
 * has changed nothing.
 */
export async function gridUp(options: GridUpOptions): Promise<RunningGrid> {
  const wanted = wantedGrid(options);
  const engine = await openEngine(options.signal);
  await refuseWrong(engine, options, wanted);
  const images = await readImages(engine, options);
  using _lock = await ChangeLock.take(options.name, options).catch((error: unknown) => {
    throw options.signal?.aborted ? stopped(options.name, error) : error;
  });
  // To build or pull an image takes minutes, in which another gridrun may have changed the grid.
  const before = await refuseWrong(engine, options, wanted);
  await refuseOtherImages(engine, options, { before, images });
  const assembly = new Assembly(engine, { ...wanted, nodes: nodesOf(options, before) }, images);
  try {
    return await assembly.complete(before);
  } catch (error) {
    await assembly.undo();
    throw options.signal?.aborted ? stopped(options.name, error) : error;
  }
}

function stopped(name: string, cause: unknown): Error {
  return new GridrunError('grid.stopped', `the command was interrupted before the grid '${name}' was ready`, {
    hint: 'run it again to start the grid',
    cause,
  });
}

/** Throws a refusal if the grid cannot be brought to what is wanted. Returns what there is of it. */
async function refuseWrong(engine: Engine, options: GridUpOptions, wanted: Wanted): Promise<GridInventory> {
  const before = await readInventory(engine, options.name);
  await refuseOther(engine, options, before);
  const { sessionsPerNode: asked, force = false } = wanted;
  const nodes = nodesOf(options, before);
  const present = before.nodes.filter(({ state }) => state === 'running');
  const sessionsPerNode = present[0]?.sessions ?? (asked === 'auto' ? await autoSessionsPerNode(engine, nodes) : asked);
  if (!force) await refuseCrowd(engine, { nodes, sessionsPerNode, present: present.length });
  return before;
}

/** The number of nodes that was asked for, or else that the grid had. */
function nodesOf({ nodes }: GridUpOptions, before: GridInventory): number {
  return nodes ?? (before.nodes.length === 0 ? DEFAULT_NODES : before.nodes.length);
}

async function readImages(engine: Engine, options: GridUpOptions): Promise<GridImages> {
  const { image, hubImage } = options;
  const node = await ensureImage(engine, image, options);
  if (hubImage !== undefined) return { node, hub: await ensureGivenImage(engine, hubImage, options) };
  // Somebody else's image of a node may not be able to run a hub.
  return { node, hub: node.ours ? node : await ensureOwnImage(engine, options) };
}

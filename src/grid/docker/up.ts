import { GridrunError, refusal } from '../../core/fault.ts';
import { Assembly, type GridImages, type RunningGrid } from './assembly.ts';
import { removeContainer } from './containers.ts';
import { gridDown } from './down.ts';
import { openEngine, type Engine } from './engine.ts';
import { ensureGivenImage, ensureImage, ensureOwnImage } from './image.ts';
import { readInventory } from './inventory.ts';
import { isGridName, MAX_NODES } from './labels.ts';

export type { RunningGrid } from './assembly.ts';

export interface GridUpOptions {
  readonly name: string;
  readonly nodes: number;
  readonly sessionsPerNode: number | 'auto';
  /** The port of the hub on this machine; 0 takes a free one. */
  readonly port: number;
  /** The address that the hub listens on. Default: loopback. */
  readonly listen?: string | undefined;
  /** Also open the ports of the event bus, for nodes on other machines. */
  readonly openBus?: boolean;
  /** The image of the nodes, and of the hub. Default: this package's own. */
  readonly image?: string | undefined;
  readonly hubImage?: string | undefined;
  /** The base of this package's image. */
  readonly base?: string | undefined;
  /** `ownerLabel()` of a grid that must not outlive this process. */
  readonly owner?: string;
  readonly readyDeadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((text: string) => void) | undefined;
}

/**
 * Brings a grid up: network, hub, nodes. Returns when the hub has every slot. A second call changes nothing, and half a
 * grid is completed. If that fails, it removes what this call made, or the whole grid if no part of it worked before.
 * Throws a `GridrunError`.
 */
export async function gridUp(options: GridUpOptions): Promise<RunningGrid> {
  checkOptions(options);
  const engine = await openEngine(options.signal);
  const images = await readImages(engine, options);
  const before = await readInventory(engine, options.name);
  const workedBefore = before.hub?.state === 'running' && before.nodes.some(({ state }) => state === 'running');
  const assembly = new Assembly(engine, options, images);
  try {
    return await assembly.complete(before);
  } catch (error) {
    const unstoppable = engine.with(undefined);
    if (workedBefore && assembly.keptHub)
      await Promise.allSettled(assembly.madeIds.map((id) => removeContainer(unstoppable, id)));
    else await gridDown(options.name, { engine: unstoppable }).catch(() => {});
    if (options.signal?.aborted)
      throw new GridrunError(
        'grid.stopped',
        `the command was interrupted before the grid '${options.name}' was ready`,
        {
          hint: 'run it again to start the grid',
          cause: error,
        },
      );
    throw error;
  }
}

function checkOptions({ name, nodes, sessionsPerNode, port }: GridUpOptions): void {
  const mistakes: string[] = [];
  if (!isGridName(name))
    mistakes.push(`'${name}' is not a valid name for a grid; use at most 41 of the characters a to z, 0 to 9 and -`);
  if (!isWithin(nodes, 1, MAX_NODES)) mistakes.push(`--nodes must be 1 to ${MAX_NODES}, not ${nodes}`);
  if (sessionsPerNode !== 'auto' && !isWithin(sessionsPerNode, 1, Number.POSITIVE_INFINITY))
    mistakes.push(`--sessions-per-node must be at least 1, or auto, not ${sessionsPerNode}`);
  if (!isWithin(port, 0, 65_535)) mistakes.push(`--port must be 0 to 65535, not ${port}`);
  if (mistakes.length > 0) throw refusal('grid.bad-options', 'the options of the grid are not valid', { mistakes });
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

async function readImages(engine: Engine, options: GridUpOptions): Promise<GridImages> {
  const { image, hubImage } = options;
  const node = await ensureImage(engine, image, options);
  if (hubImage !== undefined) return { node, hub: await ensureGivenImage(engine, hubImage, options) };
  // Somebody else's image of a node may not be able to run a hub.
  return { node, hub: node.ours ? node : await ensureOwnImage(engine, options) };
}

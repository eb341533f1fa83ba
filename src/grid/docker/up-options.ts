import { refusal } from '../../core/fault.ts';
import { foreignGrid } from './down.ts';
import type { Engine } from './engine.ts';
import type { GridImages } from './image.ts';
import type { GridContainer, GridInventory } from './inventory.ts';
import { isGridName, MAX_NODES } from './labels.ts';
import { hubBinding, listenAddress, type HubBinding } from './listen.ts';

export interface GridUpOptions {
  readonly name: string;
  /** Default: what the grid has, or 2. */
  readonly nodes?: number | undefined;
  /** `auto` takes what the grid has, or else one per core, shared among the nodes. */
  readonly sessionsPerNode?: number | 'auto' | undefined;
  /** The port of the hub on this machine; 0 takes the one that the grid has, or a free one. */
  readonly port: number;
  /** The IP address that the hub listens on, or `localhost`. Default: the one that the grid has, or loopback. */
  readonly listen?: string | undefined;
  /** Also open the ports of the event bus, for nodes on other machines. */
  readonly openBus?: boolean | undefined;
  /** The image of the nodes, and of the hub. Default: this package's own. */
  readonly image?: string | undefined;
  readonly hubImage?: string | undefined;
  /** The base of this package's image. */
  readonly base?: string | undefined;
  /** Start more nodes than the machine has room for. */
  readonly force?: boolean | undefined;
  /** `ownerLabel()` of a grid that must not outlive this process. */
  readonly owner?: string;
  readonly readyDeadlineMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** Nodes of a new grid. */
export const DEFAULT_NODES = 2;
const LOOPBACK = '127.0.0.1';

/** What `gridUp` was asked for, checked, with the defaults of a new grid. */
export interface Wanted extends GridUpOptions {
  readonly nodes: number;
  readonly sessionsPerNode: number | 'auto';
  readonly listen: string;
  readonly openBus: boolean;
}

/** Checks the options by themselves. Throws a refusal with every mistake. Pure. */
export function wantedGrid(options: GridUpOptions): Wanted {
  const { name, nodes = DEFAULT_NODES, sessionsPerNode = 'auto', port, listen = LOOPBACK, openBus = false } = options;
  const address = listenAddress(listen);
  const mistakes: string[] = [];
  if (!isGridName(name))
    mistakes.push(`'${name}' is not a valid name for a grid; use at most 41 of the characters a to z, 0 to 9 and -`);
  if (!isWithin(nodes, 1, MAX_NODES)) mistakes.push(`--nodes must be 1 to ${MAX_NODES}, not ${nodes}`);
  if (sessionsPerNode !== 'auto' && !isWithin(sessionsPerNode, 1, Number.POSITIVE_INFINITY))
    mistakes.push(`--sessions-per-node must be at least 1, or auto, not ${sessionsPerNode}`);
  if (!isWithin(port, 0, 65_535)) mistakes.push(`--port must be 0 to 65535, not ${port}`);
  if (address === undefined)
    mistakes.push(
      `--listen must be an IP address of this machine or localhost, not '${listen}'; 0.0.0.0 means every address`,
    );
  for (const [flag, ref] of Object.entries({ image: options.image, 'hub-image': options.hubImage, base: options.base }))
    if (ref !== undefined && !/^[^\s/]\S*$/.test(ref)) mistakes.push(`--${flag} must name an image, not '${ref}'`);
  if (address === undefined || mistakes.length > 0)
    throw refusal('grid.bad-options', 'the options of the grid are not valid', { mistakes });
  return { ...options, nodes, sessionsPerNode, listen: address, openBus };
}

function isWithin(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max;
}

/**
 * Compares what was asked for with the grid that is there. An option that was not given asks for nothing. Only the port
 * always counts: programs look for the hub on it. Throws a refusal with every difference, and has changed nothing.
 */
export async function refuseOther(engine: Engine, options: GridUpOptions, before: GridInventory): Promise<void> {
  const { name, port } = options;
  if (before.foreign.length > 0) throw foreignGrid(before);
  if (before.hub === undefined) return;
  const binding = await hubBinding(engine, before.hub.id);
  if (port !== 0 && binding.port !== port) {
    throw refusal('grid.other-port', `the grid '${name}' is up on port ${binding.port}, not ${port}`, {
      hint: `use --port ${binding.port}, another --name, or gridrun grid down --name ${name}`,
    });
  }
  const mistakes = [...otherAddress(options, binding), ...otherNodes(options, before.nodes.filter(isAlive))];
  if (mistakes.length === 0) return;
  throw refusal('grid.other-options', `the grid '${name}' is up with other options`, {
    mistakes,
    hint: `leave these options out, use another --name, or gridrun grid down --name ${name}`,
  });
}

function isAlive({ state }: GridContainer): boolean {
  return state === 'running' || state === 'paused';
}

function otherAddress({ listen, openBus }: GridUpOptions, binding: HubBinding): string[] {
  const mistakes: string[] = [];
  const has = listenAddress(binding.listen) ?? binding.listen;
  if (listen !== undefined && listenAddress(listen) !== has)
    mistakes.push(`--listen ${listen}: it listens on ${has === '' ? 'every address' : has}`);
  if (openBus === true && !binding.openBus) mistakes.push('--open-bus: its event bus is closed');
  return mistakes;
}

function otherNodes({ name, nodes, sessionsPerNode }: GridUpOptions, alive: readonly GridContainer[]): string[] {
  const mistakes: string[] = [];
  if (nodes !== undefined && nodes < alive.length)
    mistakes.push(
      `--nodes ${nodes}: it has ${alive.length}; to remove nodes: gridrun grid scale ${nodes} --name ${name}`,
    );
  const sessions = alive[0]?.sessions;
  if (typeof sessionsPerNode === 'number' && sessions !== undefined && sessions !== sessionsPerNode)
    mistakes.push(`--sessions-per-node ${sessionsPerNode}: its nodes have ${sessions}`);
  return mistakes;
}

/** The same for images that were named, once the engine has them. Throws a refusal. */
export async function refuseOtherImages(
  engine: Engine,
  options: GridUpOptions,
  { before, images }: { readonly before: GridInventory; readonly images: GridImages },
): Promise<void> {
  const idOf = async (ref: string): Promise<string> =>
    (await engine.call(`inspect ${ref}`, async () => await engine.docker.getImage(ref).inspect())).Id;
  const isOther = async (container: GridContainer | undefined, ref: string): Promise<boolean> =>
    container !== undefined && container.imageId !== (await idOf(ref));
  const mistakes: string[] = [];
  const { image, hubImage, base, name } = options;
  const node = before.nodes.find(isAlive);
  if ((image !== undefined || base !== undefined) && (await isOther(node, images.node.ref)))
    mistakes.push(
      image === undefined ? `--base ${base}: its nodes have another image` : `--image ${image}: its nodes have another`,
    );
  if (hubImage !== undefined && (await isOther(before.hub, images.hub.ref)))
    mistakes.push(`--hub-image ${hubImage}: its hub has another`);
  if (mistakes.length === 0) return;
  throw refusal('grid.other-options', `the grid '${name}' is up with other options`, {
    mistakes,
    hint: `leave these options out, use another --name, or gridrun grid down --name ${name}`,
  });
}

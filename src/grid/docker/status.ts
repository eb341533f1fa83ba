import { ifThere, openEngine, type Engine } from './engine.ts';
import { readHub, readQueueLength, type HubNode, type HubStatus } from './hub-api.ts';
import { everyNode, readInventories, type GridContainer, type GridInventory } from './inventory.ts';
import { findDockerGrid, type FoundGrid } from './open-grid.ts';

export interface MemoryUse {
  readonly usedBytes: number;
  readonly limitBytes: number;
}

export interface NodeReport {
  readonly name: string;
  /** Its URL in the hub's /status; empty if the hub does not know it. */
  readonly uri: string;
  /** The container's state: running, paused, exited, … */
  readonly state: string;
  /** Selenium's word: UP, DRAINING, DOWN. UNKNOWN if the hub does not know it. */
  readonly availability: string;
  readonly slots: number;
  readonly sessions: number;
  readonly memory: MemoryUse | undefined;
}

export interface GridReport {
  readonly name: string;
  readonly state: 'ready' | 'not-ready' | 'down';
  /** Without credentials; empty if no hub runs. */
  readonly url: string;
  readonly hub: { readonly name: string; readonly state: string; readonly memory: MemoryUse | undefined } | undefined;
  readonly nodes: readonly NodeReport[];
  readonly slots: number;
  readonly sessions: number;
  /** The number of requests for a session that wait at the hub. */
  readonly queue: number;
  /** It belongs to a run, and is removed when the run ends. */
  readonly ofRun: boolean;
}

/**
 * Reports on every grid of the engine, or on the one with this name. A grid that does not exist is `down`.
 * Throws a `GridrunError`.
 */
export async function gridStatus(
  options: { readonly name?: string | undefined; readonly signal?: AbortSignal } = {},
): Promise<GridReport[]> {
  const engine = await openEngine(options.signal);
  const all = await readInventories(engine);
  const wanted = options.name === undefined ? all : all.filter(({ name }) => name === options.name);
  if (wanted.length === 0 && options.name !== undefined) return [downReport(options.name)];
  return await Promise.all(wanted.map(async (inventory) => await report(engine, inventory, options.signal)));
}

function downReport(name: string): GridReport {
  return { name, state: 'down', url: '', hub: undefined, nodes: [], slots: 0, sessions: 0, queue: 0, ofRun: false };
}

async function report(engine: Engine, inventory: GridInventory, signal: AbortSignal | undefined): Promise<GridReport> {
  const { hub } = inventory;
  const grid = await findDockerGrid(inventory.name, engine);
  const status = grid === undefined ? undefined : await readHub(grid.access, signal).catch(() => undefined);
  const nodes = await Promise.all(everyNode(inventory).map(async (node) => await nodeReport(engine, node, status)));
  const queue =
    grid === undefined || status === undefined ? 0 : await readQueueLength(grid.access, signal).catch(() => 0);
  return {
    name: inventory.name,
    state: hub === undefined ? 'down' : status?.ready === true ? 'ready' : 'not-ready',
    url: urlOf(grid),
    hub: hub === undefined ? undefined : { name: hub.name, state: hub.state, memory: await memoryOf(engine, hub) },
    nodes,
    slots: nodes.reduce((sum, node) => sum + node.slots, 0),
    sessions: nodes.reduce((sum, node) => sum + node.sessions, 0),
    queue,
    ofRun: inventory.owner !== undefined,
  };
}

function urlOf(grid: FoundGrid | undefined): string {
  return grid === undefined ? '' : new URL(grid.access.url).origin;
}

async function nodeReport(engine: Engine, node: GridContainer, status: HubStatus | undefined): Promise<NodeReport> {
  const known = await hubNodeOf(engine, node, status?.nodes ?? []);
  return {
    name: node.name,
    uri: known?.uri ?? '',
    state: node.state,
    availability: known?.availability ?? 'UNKNOWN',
    slots: known?.slots.length ?? 0,
    sessions: known?.slots.filter(({ state }) => state === 'busy').length ?? 0,
    memory: await memoryOf(engine, node),
  };
}

/** The hub knows a node by its host name or by an address of its container. */
async function hubNodeOf(engine: Engine, node: GridContainer, nodes: readonly HubNode[]): Promise<HubNode | undefined> {
  const facts = await ifThere(
    engine.call(`inspect ${node.name}`, async () => await engine.docker.getContainer(node.id).inspect()),
  );
  const networks = Object.values(facts?.NetworkSettings.Networks ?? {});
  const names = new Set([
    facts?.Config.Hostname,
    ...networks.flatMap((network) => [network.IPAddress, ...(network.Aliases ?? [])]),
  ]);
  return nodes.find(({ uri }) => URL.canParse(uri) && names.has(new URL(uri).hostname));
}

/** The memory of a container's processes, without the file cache. Undefined if the container does not run. */
async function memoryOf(engine: Engine, container: GridContainer): Promise<MemoryUse | undefined> {
  if (container.state !== 'running') return undefined;
  const stats = await ifThere(
    engine.call(
      `measure ${container.name}`,
      async () => await engine.docker.getContainer(container.id).stats({ stream: false, 'one-shot': true }),
    ),
  ).catch(() => undefined);
  const memory = stats?.memory_stats as
    { usage?: number; limit?: number; stats?: { inactive_file?: number; total_inactive_file?: number } } | undefined;
  if (memory?.usage === undefined || memory.limit === undefined) return undefined;
  const cache = memory.stats?.total_inactive_file ?? memory.stats?.inactive_file ?? 0;
  return { usedBytes: Math.max(0, memory.usage - cache), limitBytes: memory.limit };
}

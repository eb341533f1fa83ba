import { setTimeout as delay } from 'node:timers/promises';
import { GridrunError, refusal } from '../../core/fault.ts';
import { countOf } from '../../core/count-of.ts';
import { ChangeLock } from './change-lock.ts';
import { removeContainer } from './containers.ts';
import { foreignGrid } from './down.ts';
import { ifThere, type Engine } from './engine.ts';
import { drainNode, readHub, type HubNode } from './hub-api.ts';
import { readInventory, type GridContainer } from './inventory.ts';
import { LABEL, MAX_NODES } from './labels.ts';
import { openDockerGrid, type FoundGrid } from './open-grid.ts';
import { untilReady, type Expected } from './ready.ts';
import { refuseCrowd, startSteps } from './room.ts';
import { addNode, freeNumbers, uriOfNode } from './add-node.ts';

export interface ScaleOptions {
  /** Start more nodes than the machine has room for. */
  readonly force?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
  readonly readyDeadlineMs?: number;
  /** How long to wait for the sessions of a draining node. After that the node goes on draining by itself. */
  readonly drainDeadlineMs?: number;
  /** Called when nothing is left to do but to wait for draining nodes. */
  readonly onDraining?: () => void;
}

export interface ScaleResult {
  readonly nodes: number;
  readonly added: readonly string[];
  /** Drained and removed. */
  readonly removed: readonly string[];
  /** Still draining, because they have sessions. */
  readonly draining: readonly string[];
}

const READY_DEADLINE_MS = 90_000;
const DRAIN_DEADLINE_MS = 10 * 60_000;
const POLL_MS = 300;

/**
 * Brings a grid to a number of nodes. It adds them in steps, and removes them by Selenium's drain, which cuts no session.
 * Throws a `GridrunError`, which says how many nodes there are if it was interrupted. A new node that does not become
 * ready is removed. A refusal has changed nothing.
 */
export async function gridScale(name: string, nodes: number, options: ScaleOptions = {}): Promise<ScaleResult> {
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > MAX_NODES)
    throw refusal('grid.bad-options', `a grid cannot have ${nodes} nodes; pass 1 to ${MAX_NODES}`);
  const { engine } = await openDockerGrid(name, options.signal);
  using lock = await ChangeLock.take(name, options).catch(async (error: unknown) => {
    throw options.signal?.aborted ? await interrupted(engine, { name, nodes }, error) : error;
  });
  const grid = await openDockerGrid(name, options.signal);
  if (!grid.hub.isOurs) throw foreignGrid(grid.inventory);
  const present = grid.inventory.nodes.filter(({ state }) => state === 'running');
  const sessionsPerNode = present[0]?.sessions ?? 1;
  if (!options.force) await refuseCrowd(grid.engine, { nodes, sessionsPerNode, present: present.length });
  try {
    // A drain takes as long as the sessions do. Others may change the grid in the meantime.
    const onDraining = (): void => lock[Symbol.dispose]();
    const result = await scaleTo(grid, nodes, { ...options, onDraining });
    // A command that was killed may have started some of them just now.
    await untilReady(grid.engine, grid.access, await expectedOf(grid, result), readyLimits(options));
    return result;
  } catch (error) {
    if (!options.signal?.aborted) throw error;
    throw await interrupted(engine, { name, nodes }, error);
  }
}

/** The hub and the nodes that are to take sessions. */
async function expectedOf({ engine, hub, inventory }: FoundGrid, { draining }: ScaleResult): Promise<Expected[]> {
  const { nodes } = await readInventory(engine, inventory.name);
  const taking = nodes.filter(({ state, name }) => state === 'running' && !draining.includes(name));
  return [hub, ...taking].map(({ id, name, node, sessions }) =>
    node === 0 ? { id, name } : { id, name, uri: uriOfNode(node), slots: sessions },
  );
}

function readyLimits({ readyDeadlineMs, signal }: ScaleOptions): Parameters<typeof untilReady>[3] {
  return { deadlineMs: readyDeadlineMs ?? READY_DEADLINE_MS, signal };
}

/** What stands after an interruption. */
async function interrupted(
  engine: Engine,
  { name, nodes }: { readonly name: string; readonly nodes: number },
  cause: unknown,
): Promise<Error> {
  const now = await readInventory(engine.with(undefined), name).catch(() => undefined);
  const count = now?.nodes.filter(({ state }) => state === 'running').length;
  const stands = count === undefined ? '' : `: it has ${countOf(count, 'node')} now, those that drain included`;
  return new GridrunError(
    'grid.stopped',
    `the command was interrupted before the grid '${name}' had ${nodes} nodes${stands}`,
    {
      hint: 'the nodes that were starting are removed; run the command again to go on',
      cause,
    },
  );
}

/** As `gridScale`, for a grid that was found. */
export async function scaleTo(grid: FoundGrid, wanted: number, options: ScaleOptions = {}): Promise<ScaleResult> {
  const present = await removeEnded(grid.engine, grid.inventory.nodes);
  const status = await readHub(grid.access, options.signal);
  const draining = present.filter((node) => hubNodeOf(node, status.nodes)?.availability === 'DRAINING');
  const active = present.filter((node) => !draining.includes(node));
  if (active.length < wanted) {
    const added = await addNodes(grid, present, wanted - active.length, options);
    return { nodes: wanted, added, removed: [], draining: draining.map(({ name }) => name) };
  }
  const leaving = [...active]
    .sort((a, b) => busySlots(a, status.nodes) - busySlots(b, status.nodes) || b.node - a.node)
    .slice(0, active.length - wanted);
  for (const node of leaving) await startDrain(grid, node, status.nodes, options);
  options.onDraining?.();
  const results = await Promise.all(
    [...draining, ...leaving].map(async (node) => ({
      name: node.name,
      ended: await untilDrained(grid.engine, node, options),
    })),
  );
  return {
    nodes: wanted,
    added: [],
    removed: results.filter(({ ended }) => ended).map(({ name }) => name),
    draining: results.filter(({ ended }) => !ended).map(({ name }) => name),
  };
}

/** Removes the containers of nodes that have drained and ended. Returns the other nodes. */
async function removeEnded(engine: Engine, nodes: readonly GridContainer[]): Promise<GridContainer[]> {
  const ended = nodes.filter(({ state }) => state === 'exited' || state === 'dead' || state === 'created');
  await Promise.all(ended.map(({ id }) => removeContainer(engine, id)));
  return nodes.filter((node) => !ended.includes(node));
}

async function addNodes(
  grid: FoundGrid,
  present: readonly GridContainer[],
  count: number,
  options: ScaleOptions,
): Promise<string[]> {
  const names: string[] = [];
  for (const numbers of await startSteps(grid.engine, freeNumbers(present, count))) {
    if (names.length > 0) options.onProgress?.(`${names.length} of ${countOf(count, 'more node')} are ready`);
    names.push(...(await addStep(grid, numbers, options)));
  }
  return names;
}

/** Removes lost nodes and adds as many new ones. Returns the names of the new ones. */
export async function replaceNodes(
  grid: FoundGrid,
  lost: readonly GridContainer[],
  options: ScaleOptions,
): Promise<string[]> {
  await Promise.all(lost.map(async ({ id }) => await removeContainer(grid.engine, id)));
  return await addNodes(grid, grid.inventory.nodes, lost.length, options);
}

/** Adds some nodes at the same time and waits until they are ready. If one fails, all of them are removed. */
async function addStep(grid: FoundGrid, numbers: readonly number[], options: ScaleOptions): Promise<string[]> {
  const { engine, inventory, hub, access, secrets } = grid;
  const like = inventory.nodes[0] ?? hub;
  const image = { ref: like.imageId, ours: like.labels[LABEL.secrets] === 'file' };
  const { name, owner } = inventory;
  const results = await Promise.allSettled(
    numbers.map(
      async (node) => await addNode(engine, { grid: name, image, secrets, owner, node, sessions: sessionsOf(grid) }),
    ),
  );
  const made = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    const failed = results.find((result) => result.status === 'rejected');
    if (failed !== undefined) throw failed.reason;
    const expected: Expected[] = [{ id: hub.id, name: hub.name }, ...made.map((node) => node.expected)];
    options.onProgress?.(`waiting for ${countOf(made.length, 'more node')} of the grid '${name}'`);
    await untilReady(engine, access, expected, readyLimits(options));
  } catch (error) {
    await Promise.allSettled(made.map(({ id }) => removeContainer(engine.with(undefined), id)));
    throw error;
  }
  return made.map(({ expected }) => expected.name);
}

function sessionsOf({ inventory }: FoundGrid): number {
  return inventory.nodes[0]?.sessions ?? 1;
}

function hubNodeOf(node: GridContainer, nodes: readonly HubNode[]): HubNode | undefined {
  return nodes.find(({ uri }) => uri === uriOfNode(node.node));
}

/** The number of a node's busy slots. A node that the hub does not know sorts first. */
function busySlots(node: GridContainer, nodes: readonly HubNode[]): number {
  return hubNodeOf(node, nodes)?.slots.filter(({ state }) => state !== 'free').length ?? -1;
}

async function startDrain(
  grid: FoundGrid,
  node: GridContainer,
  nodes: readonly HubNode[],
  options: ScaleOptions,
): Promise<void> {
  const known = hubNodeOf(node, nodes);
  if (known === undefined || !known.up) {
    // The hub can't drain a node that it has lost, and no session on that node can be reached.
    await removeContainer(grid.engine, node.id);
    return;
  }
  options.onProgress?.(`draining ${node.name}`);
  await drainNode(grid.access, known.id, options.signal);
}

/** Waits until a draining node has ended, and removes its container. Returns false at the deadline. */
export async function untilDrained(engine: Engine, node: GridContainer, options: ScaleOptions): Promise<boolean> {
  const until = performance.now() + (options.drainDeadlineMs ?? DRAIN_DEADLINE_MS);
  const container = engine.docker.getContainer(node.id);
  for (;;) {
    const facts = await ifThere(engine.call(`inspect ${node.name}`, async () => await container.inspect()));
    if (facts === undefined) return true;
    if (!facts.State.Running) {
      await removeContainer(engine, node.id);
      return true;
    }
    if (performance.now() > until) return false;
    await delay(POLL_MS, undefined, options.signal === undefined ? {} : { signal: options.signal });
  }
}

/** Starts to drain one node that has no session, and returns it. Returns undefined if every node has a session. */
export async function drainIdleNode(grid: FoundGrid, signal?: AbortSignal): Promise<GridContainer | undefined> {
  const { nodes } = await readHub(grid.access, signal);
  const present = (await readInventory(grid.engine, grid.inventory.name)).nodes;
  const idle = present
    .filter((node) => hubNodeOf(node, nodes)?.up === true && busySlots(node, nodes) === 0)
    .sort((a, b) => b.node - a.node)[0];
  const known = idle === undefined ? undefined : hubNodeOf(idle, nodes);
  if (known === undefined) return undefined;
  await drainNode(grid.access, known.id, signal);
  return idle;
}

import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../../core/error-codes.ts';
import { GridrunError } from '../../core/fault.ts';
import { uriOfNode } from './add-node.ts';
import { FIRST_MEMORY, scaleStep, type NodeRange } from './autoscale.ts';
import { ChangeLock } from './change-lock.ts';
import { removeContainer } from './containers.ts';
import { readFacts, type Engine } from './engine.ts';
import { readHub, type HubStatus } from './hub-api.ts';
import { gone, HubKeeper } from './hub-keeper.ts';
import { readInventory, type GridContainer } from './inventory.ts';
import { LostNodes, type LostNode } from './lost-nodes.ts';
import type { FoundGrid } from './open-grid.ts';
import { hubStartedAt, OrphanWatch } from './orphans.ts';
import { drainIdleNode, replaceNodes, scaleTo, untilDrained } from './scale.ts';

export interface ScalerOptions {
  readonly grid: string;
  readonly engine: Engine;
  /** Undefined for a grid that the user made: its number of nodes does not change. */
  readonly range: NodeRange | undefined;
  readonly sessionsPerNode: number;
  readonly load: () => { readonly open: number; readonly waiting: number };
  /** The number of further nodes that the machine has room for. */
  readonly room: (nodes: number, cores: number) => number;
  readonly onScaled: (nodes: number, reason: string) => void;
  readonly onNotice: (level: 'info' | 'warning', code: ErrorCode, text: string) => void;
  /** Called when the grid cannot be had any more: its engine stopped, it was taken down, its hub ends again and again. */
  readonly onGone: (error: GridrunError) => void;
}

export interface Scaler {
  /** Stops scaling, and waits for the steps that have begun. */
  stop(): Promise<void>;
}

const TICK_MS = 1000;
/** After this time without the engine and without the hub the grid is gone. An engine that restarts needs less. */
const ENGINE_GONE_MS = 10_000;
/** How often lost nodes are replaced. If the machine kills every node, more of them do not help. */
const MAX_REPLACEMENTS = 10;

/**
 * Looks after a grid until it is stopped: starts its hub again if it was lost, replaces lost nodes, scales it with its
 * load, and ends the sessions that a hub forgot when it was restarted. Never throws.
 */
export function startScaler(options: ScalerOptions): Scaler {
  const stopping = new AbortController();
  const work = run(options, stopping.signal).catch(() => {});
  return {
    async stop() {
      stopping.abort();
      await work;
    },
  };
}

async function run(options: ScalerOptions, signal: AbortSignal): Promise<void> {
  const caretaker = new Caretaker(options, signal);
  while (!signal.aborted) {
    await delay(TICK_MS, undefined, { signal }).catch(() => {});
    if (!signal.aborted) await caretaker.look();
  }
  await caretaker.settle();
}

/** Looks after one grid: its engine, its hub, its nodes and their number. */
class Caretaker {
  readonly #options: ScalerOptions;
  readonly #signal: AbortSignal;
  readonly #engine: Engine;
  readonly #hubKeeper: HubKeeper;
  readonly #orphanWatch: OrphanWatch;
  readonly #lostNodes = new LostNodes();
  #nodeCount: NodeCount | undefined;
  #lastGrid: FoundGrid | undefined;
  #engineGoneSince: number | undefined;
  #replacementCount = 0;
  #lastNotice = '';

  constructor(options: ScalerOptions, signal: AbortSignal) {
    const { grid, range } = options;
    this.#options = options;
    this.#signal = signal;
    this.#engine = options.engine.with(signal);
    const onLost = (text: string): void => options.onNotice('warning', 'grid.hub-lost', text);
    // A grid that outlives the run must be whole after it, so its mending is not cut short.
    const engine = range === undefined ? options.engine : this.#engine;
    this.#hubKeeper = new HubKeeper({ grid, engine, isOwn: range !== undefined, onLost });
    this.#orphanWatch = new OrphanWatch(options.onNotice);
  }

  /** One look. Never throws. */
  async look(): Promise<void> {
    try {
      await this.#tick();
      this.#engineGoneSince = undefined;
    } catch (error) {
      if (!this.#signal.aborted) await this.#failed(error);
    }
  }

  /** Waits for the nodes that drain. */
  async settle(): Promise<void> {
    await this.#nodeCount?.settle();
  }

  async #tick(): Promise<void> {
    const { range } = this.#options;
    if (range !== undefined)
      this.#nodeCount ??= new NodeCount(this.#options, range, (await readFacts(this.#engine)).cores);
    const inventory = await readInventory(this.#engine, this.#options.grid);
    const grid = await this.#hubKeeper.keep(inventory);
    if (grid === undefined) return;
    this.#lastGrid = grid;
    const status = await readHub(grid.access, this.#signal).catch(() => undefined);
    if (status === undefined) return await this.#hubKeeper.silent(grid);
    this.#hubKeeper.replied();
    const startedAt = await hubStartedAt(grid);
    await this.#orphanWatch.look(grid, startedAt, this.#signal);
    const lost = await this.#lostNodes.find(grid, status, startedAt);
    if (lost.length > 0) await this.#replaceAlone(grid, lost);
    else if (!this.#lostNodes.isWaiting) await this.#nodeCount?.adjust(grid, status, this.#signal);
  }

  /** Leaves the nodes alone while another gridrun changes the grid, and those that one has removed since the last look. */
  async #replaceAlone(grid: FoundGrid, lost: readonly LostNode[]): Promise<void> {
    using lock = ChangeLock.try(this.#options.grid);
    if (lock === undefined) return;
    const inventory = await readInventory(this.#engine, this.#options.grid);
    const left = lost.filter(({ node }) => inventory.nodes.some(({ id }) => id === node.id));
    if (left.length > 0) await this.#replace({ ...grid, inventory }, left);
  }

  async #replace(grid: FoundGrid, lost: readonly LostNode[]): Promise<void> {
    const isTooOften = this.#replacementCount + lost.length > MAX_REPLACEMENTS;
    this.#replacementCount += lost.length;
    for (const { node, how } of lost) {
      const what = isTooOften ? 'gridrun replaces no more nodes' : 'gridrun starts another one';
      this.#options.onNotice('warning', 'grid.node-lost', `the node ${node.name} ${how}: ${what}`);
    }
    const nodes = lost.map(({ node }) => node);
    if (isTooOften) await Promise.all(nodes.map(async ({ id }) => await removeContainer(this.#engine, id)));
    else {
      await replaceNodes(grid, nodes, this.#options.range === undefined ? {} : { signal: this.#signal });
      const count = grid.inventory.nodes.filter(({ state }) => state === 'running').length;
      this.#options.onScaled(count, `${nodes.map(({ name }) => name).join(', ')} was replaced`);
    }
  }

  async #failed(error: unknown): Promise<void> {
    const { onNotice, onGone } = this.#options;
    const text = error instanceof Error ? error.message : String(error);
    const code = error instanceof GridrunError ? error.code : 'grid.scale-failed';
    if (code === 'grid.gone') return onGone(error as GridrunError);
    const isEngine = code === 'grid.engine-unreachable' || code === 'grid.engine-silent';
    // The same trouble every second is one notice.
    if (text !== this.#lastNotice) onNotice('warning', isEngine ? code : 'grid.scale-failed', text);
    this.#lastNotice = text;
    if (!isEngine) return void (this.#engineGoneSince = undefined);
    const now = performance.now();
    this.#engineGoneSince ??= now;
    if (now - this.#engineGoneSince < ENGINE_GONE_MS || (await this.#hubReplies())) return;
    const seconds = Math.round((now - this.#engineGoneSince) / 1000);
    onGone(gone(`the Docker engine stopped during the run, and the grid with it: ${text}, for ${seconds} s`, error));
  }

  /** Containers may go on without their engine. */
  async #hubReplies(): Promise<boolean> {
    if (this.#lastGrid === undefined) return false;
    return await readHub(this.#lastGrid.access, this.#signal).then(
      () => true,
      () => false,
    );
  }
}

/** Keeps the number of a grid's nodes at what the load needs. */
class NodeCount {
  readonly #options: ScalerOptions;
  readonly #range: NodeRange;
  readonly #cores: number;
  readonly #drains = new Set<Promise<unknown>>();
  #memory = FIRST_MEMORY;
  #replacementCount = 0;

  constructor(options: ScalerOptions, range: NodeRange, cores: number) {
    this.#options = options;
    this.#range = range;
    this.#cores = cores;
  }

  /** Takes one step of the rule. */
  async adjust(grid: FoundGrid, status: HubStatus, signal: AbortSignal): Promise<void> {
    const { sessionsPerNode, load, room, onScaled, onNotice } = this.#options;
    const nodes = takingNodes(grid, status).length;
    const step = scaleStep(this.#range, this.#memory, {
      atMs: performance.now(),
      nodes,
      sessionsPerNode,
      ...load(),
      room: room(nodes, this.#cores),
    });
    this.#memory = step.memory;
    if (step.nodes > nodes) {
      if (nodes < this.#range.min) {
        if (++this.#replacementCount > MAX_REPLACEMENTS) return;
        onNotice('warning', 'grid.node-lost', `${step.reason}: gridrun starts the missing ones`);
      }
      await scaleTo(grid, step.nodes, { signal });
      onScaled(step.nodes, step.reason);
    } else if (step.nodes < nodes) {
      const leaving = await drainIdleNode(grid, signal);
      if (leaving === undefined) return;
      onScaled(step.nodes, step.reason);
      const drain = untilDrained(grid.engine, leaving, { signal }).catch(() => {});
      this.#drains.add(drain);
      void drain.finally(() => this.#drains.delete(drain));
    }
  }

  /** Waits for the nodes that drain. */
  async settle(): Promise<void> {
    await Promise.all(this.#drains);
  }
}

/** The nodes that take sessions now or soon: they run or are paused, and do not drain. */
function takingNodes(grid: FoundGrid, { nodes }: HubStatus): GridContainer[] {
  const draining = new Set(nodes.filter(({ availability }) => availability === 'DRAINING').map(({ uri }) => uri));
  return grid.inventory.nodes.filter(
    ({ node, state }) => (state === 'running' || state === 'paused') && !draining.has(uriOfNode(node)),
  );
}

import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../../core/error-codes.ts';
import { uriOfNode } from './add-node.ts';
import { FIRST_MEMORY, scaleStep, type NodeRange } from './autoscale.ts';
import { readFacts, type Engine } from './engine.ts';
import { readHub } from './hub-api.ts';
import type { GridContainer } from './inventory.ts';
import { findDockerGrid, type FoundGrid } from './open-grid.ts';
import { endOrphans, hubStartedAt } from './orphans.ts';
import { drainIdleNode, scaleTo, untilDrained } from './scale.ts';

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
}

export interface Scaler {
  /** Stops scaling, and waits for the steps that have begun. */
  stop(): Promise<void>;
}

const TICK_MS = 1000;
/** How often lost nodes are replaced. If the machine kills every node, more of them do not help. */
const MAX_REPLACEMENTS = 10;
/** For how many ticks after a restart of the hub nodes may still come back to it. */
const LOOKS_AFTER_RESTART = 30;

/**
 * Scales a grid with its load until it is stopped, and replaces lost nodes. It also ends the sessions that a hub forgot
 * when it was restarted. Never throws.
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
  const { cores } = await readFacts(options.engine);
  const engine = options.engine.with(signal);
  const nodeCount = options.range === undefined ? undefined : new NodeCount(options, options.range, cores);
  const orphanWatch = new OrphanWatch(options);
  let lastNotice = '';
  while (!signal.aborted) {
    await delay(TICK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    try {
      const grid = await findDockerGrid(options.grid, engine);
      if (grid === undefined) continue;
      await orphanWatch.look(grid, signal);
      await nodeCount?.adjust(grid, signal);
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      // The same trouble every second is one notice.
      if (!signal.aborted && text !== lastNotice) options.onNotice('warning', 'grid.scale-failed', text);
      lastNotice = text;
    }
  }
  await nodeCount?.settle();
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
  async adjust(grid: FoundGrid, signal: AbortSignal): Promise<void> {
    const { sessionsPerNode, load, room, onScaled } = this.#options;
    const nodes = (await takingNodes(grid, signal)).length;
    const step = scaleStep(this.#range, this.#memory, {
      atMs: performance.now(),
      nodes,
      sessionsPerNode,
      ...load(),
      room: room(nodes, this.#cores),
    });
    this.#memory = step.memory;
    if (step.nodes > nodes) {
      if (nodes < this.#range.min && ++this.#replacementCount > MAX_REPLACEMENTS) return;
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

/** Notices that a hub was restarted, and then looks for the sessions that it forgot. */
class OrphanWatch {
  readonly #options: ScalerOptions;
  #startedAt: string | undefined;
  #looksLeft = 0;

  constructor(options: ScalerOptions) {
    this.#options = options;
  }

  async look(grid: FoundGrid, signal: AbortSignal): Promise<void> {
    const startedAt = await hubStartedAt(grid);
    if (this.#startedAt !== undefined && startedAt !== this.#startedAt) this.#looksLeft = LOOKS_AFTER_RESTART;
    this.#startedAt = startedAt;
    if (this.#looksLeft === 0) return;
    this.#looksLeft -= 1;
    const ended = await endOrphans(grid, signal);
    if (ended === 0) return;
    this.#options.onNotice(
      'warning',
      'grid.hub-restarted',
      `the hub was restarted and forgot ${ended} sessions; gridrun ended them on their nodes`,
    );
  }
}

/** The nodes that take sessions now or soon: they run or are paused, and do not drain. */
async function takingNodes(grid: FoundGrid, signal: AbortSignal): Promise<GridContainer[]> {
  const { nodes } = await readHub(grid.access, signal);
  const draining = new Set(nodes.filter(({ availability }) => availability === 'DRAINING').map(({ uri }) => uri));
  return grid.inventory.nodes.filter(
    ({ node, state }) => (state === 'running' || state === 'paused') && !draining.has(uriOfNode(node)),
  );
}

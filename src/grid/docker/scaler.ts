import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../../core/error-codes.ts';
import { FIRST_MEMORY, scaleStep, type NodeRange } from './autoscale.ts';
import type { Engine } from './engine.ts';
import { readHub } from './hub-api.ts';
import type { GridContainer } from './inventory.ts';
import { findDockerGrid, type DockerGridHandle } from './open-grid.ts';
import { endOrphans, hubStartedAt } from './orphans.ts';
import { drainIdleNode, scaleTo, untilDrained } from './scale.ts';
import { uriOfNode } from './add-node.ts';

export interface ScalerOptions {
  readonly grid: string;
  readonly engine: Engine;
  /** None leaves the number of nodes alone: the grid is somebody's own. */
  readonly range: NodeRange | undefined;
  readonly sessionsPerNode: number;
  readonly load: () => { readonly open: number; readonly waiting: number };
  /** How many more nodes the machine has room for, with so many there. */
  readonly room: (nodes: number, cores: number) => number;
  readonly onScaled: (nodes: number, reason: string) => void;
  readonly onNotice: (level: 'info' | 'warning', code: ErrorCode, text: string) => void;
}

export interface Scaler {
  /** Starts nothing more; what is on its way is waited for. */
  stop(): Promise<void>;
}

const TICK_MS = 1000;
/** A node that is lost is made anew this many times: a machine that kills each one is not helped by more. */
const MAX_REPLACEMENTS = 10;

/**
 * Lets the number of a grid's nodes follow its load until it is stopped, and makes lost nodes anew; ends what a hub
 * forgot when it was restarted. Never throws.
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
  const { NCPU: cores } = (await options.engine.call(
    'tell about itself',
    async () => await options.engine.docker.info(),
  )) as { NCPU: number };
  const engine = options.engine.with(signal);
  let memory = FIRST_MEMORY;
  let replacements = 0;
  let told = '';
  const drains = new Set<Promise<unknown>>();
  const orphanWatch = new OrphanWatch(options);
  while (!signal.aborted) {
    await delay(TICK_MS, undefined, { signal }).catch(() => {});
    if (signal.aborted) break;
    try {
      const grid = await findDockerGrid(options.grid, engine);
      if (grid === undefined) continue;
      await orphanWatch.look(grid, signal);
      if (options.range === undefined) continue;
      const nodes = (await takingNodes(grid, signal)).length;
      const { sessionsPerNode, range } = options;
      const step = scaleStep(range, memory, {
        atMs: performance.now(),
        nodes,
        sessionsPerNode,
        ...options.load(),
        room: options.room(nodes, cores),
      });
      memory = step.memory;
      if (step.nodes > nodes) {
        if (nodes < range.min && ++replacements > MAX_REPLACEMENTS) continue;
        await scaleTo(grid, step.nodes, { signal });
        options.onScaled(step.nodes, step.reason);
      } else if (step.nodes < nodes) {
        const leaving = await drainIdleNode(grid, signal);
        if (leaving === undefined) continue;
        options.onScaled(step.nodes, step.reason);
        const drain = untilDrained(engine, leaving, { signal }).catch(() => {});
        drains.add(drain);
        void drain.finally(() => drains.delete(drain));
      }
    } catch (error) {
      const text = error instanceof Error ? error.message : String(error);
      // The same trouble each second is one notice.
      if (!signal.aborted && text !== told) options.onNotice('warning', 'grid.scale-failed', text);
      told = text;
    }
  }
  await Promise.all(drains);
}

/** For how many looks after a restart nodes may still come back to their hub. */
const LOOKS_AFTER_RESTART = 30;

/** Sees that a hub was restarted, and then looks for the sessions that it forgot. */
class OrphanWatch {
  readonly #options: ScalerOptions;
  #startedAt: string | undefined;
  #looksLeft = 0;

  constructor(options: ScalerOptions) {
    this.#options = options;
  }

  async look(grid: DockerGridHandle, signal: AbortSignal): Promise<void> {
    const startedAt = await hubStartedAt(grid);
    if (this.#startedAt !== undefined && startedAt !== this.#startedAt) this.#looksLeft = LOOKS_AFTER_RESTART;
    this.#startedAt = startedAt;
    if (this.#looksLeft === 0) return;
    this.#looksLeft -= 1;
    const ended = await endOrphans(grid, signal);
    if (ended > 0)
      this.#options.onNotice(
        'warning',
        'grid.hub-restarted',
        `the hub was restarted and forgot ${ended} sessions, which were ended`,
      );
  }
}

/** The nodes that take sessions or soon will: running, or halted for a while, and not draining. */
async function takingNodes(grid: DockerGridHandle, signal: AbortSignal): Promise<GridContainer[]> {
  const { nodes } = await readHub(grid.access, signal);
  const draining = new Set(nodes.filter(({ availability }) => availability === 'DRAINING').map(({ uri }) => uri));
  return grid.inventory.nodes.filter(
    ({ node, state }) => (state === 'running' || state === 'paused') && !draining.has(uriOfNode(node)),
  );
}

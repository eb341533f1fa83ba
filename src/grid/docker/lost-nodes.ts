import { endingOf } from './ending.ts';
import type { HubStatus } from './hub-api.ts';
import type { GridContainer } from './inventory.ts';
import type { FoundGrid } from './open-grid.ts';
import { uriOfNode } from './add-node.ts';

/** How long a node may be paused, cut off or ended. `grid down` and `grid scale` take a moment to remove one that ended. */
const GONE_MS = 3000;
/** How long the hub may miss a node that it had before. */
const MISSED_MS = 10_000;
/** How long a node may take to reach its hub for the first time. */
const START_MS = 90_000;

/** A node that takes no more sessions, although it should. */
export interface LostNode {
  readonly node: GridContainer;
  /** `was paused` */
  readonly how: string;
}

/** What is known of a node between two looks. */
interface Seen {
  /** Since when it does not work. */
  since?: number | undefined;
  /** The hub had it in this state. */
  wasUp: boolean;
  wasDraining: boolean;
}

/** Finds the nodes that were killed, paused or cut off, or that do not answer the hub. A node that drains is not lost. */
export class LostNodes {
  readonly #seen = new Map<string, Seen>();
  #hubStartedAt: string | undefined;

  /** Whether a node does not work, and may be lost soon. It is replaced under its own name, not as a number that lacks. */
  get isWaiting(): boolean {
    return [...this.#seen.values()].some(({ since, wasDraining }) => since !== undefined && !wasDraining);
  }

  /** Looks at every node that gridrun made. `hubStartedAt`: a hub that was just started has to find its nodes first. */
  async find(grid: FoundGrid, status: HubStatus, hubStartedAt: string | undefined): Promise<LostNode[]> {
    if (hubStartedAt !== this.#hubStartedAt) for (const seen of this.#seen.values()) seen.wasUp = false;
    this.#hubStartedAt = hubStartedAt;
    const present = new Set(grid.inventory.nodes.map(({ id }) => id));
    for (const id of this.#seen.keys()) if (!present.has(id)) this.#seen.delete(id);
    const lost: LostNode[] = [];
    for (const node of grid.inventory.nodes) {
      const how = await this.#look(grid, node, status);
      if (how !== undefined) lost.push({ node, how });
    }
    return lost;
  }

  async #look({ engine }: FoundGrid, node: GridContainer, status: HubStatus): Promise<string | undefined> {
    const seen = this.#seen.get(node.id) ?? { wasUp: false, wasDraining: false };
    this.#seen.set(node.id, seen);
    const known = status.nodes.find(({ uri }) => uri === uriOfNode(node.node));
    const runs = node.state === 'running' && node.isConnected;
    if (known?.availability === 'DRAINING') seen.wasDraining = true;
    if (runs && (known?.up === true || seen.wasDraining)) {
      seen.wasUp ||= known?.up === true;
      seen.since = undefined;
      return undefined;
    }
    if (!isLosable(node) || seen.wasDraining) return undefined;
    const now = performance.now();
    seen.since ??= now;
    const allowedMs = !runs ? GONE_MS : seen.wasUp ? MISSED_MS : START_MS;
    if (now - seen.since < allowedMs) return undefined;
    if (runs) return `did not answer the hub for ${allowedMs / 1000} s`;
    const { how, exitCode } = await endingOf(engine, node);
    // A node that has drained ends by itself.
    if (exitCode === 0) seen.wasDraining = true;
    return exitCode === 0 ? undefined : how;
  }
}

function isLosable({ state }: GridContainer): boolean {
  return state === 'running' || state === 'paused' || state === 'exited' || state === 'dead';
}

/** How many nodes a grid may have. */
export interface NodeRange {
  readonly min: number;
  readonly max: number;
}

/** The load of a grid at one moment. */
export interface LoadSample {
  /** The time in ms, from any clock that only goes forward. */
  readonly atMs: number;
  /** The number of nodes that take sessions, including those that are starting. */
  readonly nodes: number;
  readonly sessionsPerNode: number;
  /** The number of open sessions. */
  readonly open: number;
  /** The number of sessions that were requested and are not open yet. */
  readonly waiting: number;
  /** The number of further nodes that the machine has memory and cores for. */
  readonly room: number;
}

/** What the rule remembers between two samples. */
export interface ScaleMemory {
  readonly lackSinceMs: number | undefined;
  readonly surplusSinceMs: number | undefined;
  readonly grewAtMs: number;
  readonly shrankAtMs: number;
}

export interface ScaleStep {
  readonly memory: ScaleMemory;
  /** The number of nodes to have. The same as in the sample if nothing changes. */
  readonly nodes: number;
  /** Why it changes; empty if nothing changes. */
  readonly reason: string;
}

export const FIRST_MEMORY: ScaleMemory = {
  lackSinceMs: undefined,
  surplusSinceMs: undefined,
  grewAtMs: Number.NEGATIVE_INFINITY,
  shrankAtMs: Number.NEGATIVE_INFINITY,
};

/** How long a lack must last. A session that ends may make room sooner. */
const GROW_AFTER_MS = 1000;
/** How long a surplus must last, and the least time between a change and the removal of a node. */
const SHRINK_AFTER_MS = 3000;
/** The least time between a change in one direction and a change in the other. */
export const TURN_AFTER_MS = 15_000;

/**
 * One step of the rule that scales a grid with its load. It adds all the nodes that waiting sessions need, as far as
 * there is room, and removes one node at a time. A change of direction needs `TURN_AFTER_MS` of rest, so the number of
 * nodes never flaps. Pure.
 */
export function scaleStep(range: NodeRange, memory: ScaleMemory, sample: LoadSample): ScaleStep {
  const { atMs, nodes, sessionsPerNode, open, waiting, room } = sample;
  if (nodes < range.min) {
    return {
      memory: { ...memory, lackSinceMs: undefined, surplusSinceMs: undefined },
      nodes: range.min,
      reason: `${nodes} of at least ${range.min} nodes are up`,
    };
  }
  const needed = clamp(Math.ceil((open + waiting) / sessionsPerNode), range);
  const lackSinceMs = needed > nodes && waiting > 0 ? (memory.lackSinceMs ?? atMs) : undefined;
  const surplusSinceMs = needed < nodes && waiting === 0 ? (memory.surplusSinceMs ?? atMs) : undefined;
  const next: ScaleMemory = { ...memory, lackSinceMs, surplusSinceMs };
  if (lackSinceMs !== undefined && atMs - lackSinceMs >= GROW_AFTER_MS && atMs - memory.shrankAtMs >= TURN_AFTER_MS) {
    const grown = Math.min(needed, nodes + Math.max(0, room));
    if (grown > nodes) {
      return {
        memory: { ...next, lackSinceMs: undefined, grewAtMs: atMs },
        nodes: grown,
        reason: `${waiting} sessions are waiting`,
      };
    }
  }
  const rested = atMs - Math.max(memory.shrankAtMs, memory.grewAtMs) >= SHRINK_AFTER_MS;
  const turnable = atMs - memory.grewAtMs >= TURN_AFTER_MS;
  if (surplusSinceMs !== undefined && atMs - surplusSinceMs >= SHRINK_AFTER_MS && rested && turnable) {
    return {
      memory: { ...next, shrankAtMs: atMs },
      nodes: nodes - 1,
      reason: `${nodes * sessionsPerNode - open} of ${nodes * sessionsPerNode} slots are idle, and no session is waiting`,
    };
  }
  return { memory: next, nodes, reason: '' };
}

function clamp(nodes: number, range: NodeRange): number {
  return Math.min(range.max, Math.max(range.min, nodes));
}

const BYTES_RESERVED = 1024 * 1024 * 1024;
/** What a session uses in practice. Its limit is higher. */
const SESSION_BYTES = 600 * 1024 * 1024;
const NODE_BYTES = 300 * 1024 * 1024;
/** Browsers wait for sites most of the time. */
const SESSIONS_PER_CORE = 2;

/** The number of further nodes that a machine has memory and cores for. Pure. */
export function roomForNodes(
  machine: { readonly freeBytes: number; readonly cores: number },
  nodes: number,
  sessionsPerNode: number,
): number {
  const byMemory = Math.floor((machine.freeBytes - BYTES_RESERVED) / (NODE_BYTES + sessionsPerNode * SESSION_BYTES));
  const byCores = Math.floor((machine.cores * SESSIONS_PER_CORE) / sessionsPerNode) - nodes;
  return Math.max(0, Math.min(byMemory, byCores));
}

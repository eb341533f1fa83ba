/** How many nodes a grid may have, and what each of them takes. */
export interface NodeRange {
  readonly min: number;
  readonly max: number;
}

/** What is known at one moment. */
export interface LoadSample {
  /** Of any clock that only goes forward, in ms. */
  readonly atMs: number;
  /** Nodes that take sessions, those that are coming up included. */
  readonly nodes: number;
  readonly sessionsPerNode: number;
  /** Sessions that are open. */
  readonly open: number;
  /** Sessions that were asked for and are not there yet. */
  readonly waiting: number;
  /** How many more nodes the machine has memory and cores for. */
  readonly room: number;
}

/** What the rule remembers from sample to sample. */
export interface ScaleMemory {
  readonly lackSinceMs: number | undefined;
  readonly surplusSinceMs: number | undefined;
  readonly grewAtMs: number;
  readonly shrankAtMs: number;
}

export interface ScaleStep {
  readonly memory: ScaleMemory;
  /** The number of nodes to have; the sample's own where nothing is to change. */
  readonly nodes: number;
  /** Why; empty where nothing is to change. */
  readonly reason: string;
}

export const FIRST_MEMORY: ScaleMemory = {
  lackSinceMs: undefined,
  surplusSinceMs: undefined,
  grewAtMs: Number.NEGATIVE_INFINITY,
  shrankAtMs: Number.NEGATIVE_INFINITY,
};

/** A lack must last this long: a session that ends makes room in less. */
const GROW_AFTER_MS = 1000;
/** A surplus must last this long, and a node this long before it goes. */
const SHRINK_AFTER_MS = 3000;
/** After a change one way, none the other way for this long. */
export const TURN_AFTER_MS = 15_000;

/**
 * One step of the rule by which a grid follows its work: up at once by what waits, as far as there is room; down a
 * node at a time. A change of direction needs `TURN_AFTER_MS` of rest, so the count never flaps. Pure.
 */
export function scaleStep(range: NodeRange, memory: ScaleMemory, sample: LoadSample): ScaleStep {
  const { atMs, nodes, sessionsPerNode, open, waiting, room } = sample;
  if (nodes < range.min) {
    return {
      memory: { ...memory, lackSinceMs: undefined, surplusSinceMs: undefined },
      nodes: range.min,
      reason: `${nodes} of at least ${range.min} nodes are there`,
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
        reason: `${waiting} sessions wait`,
      };
    }
  }
  const rested = atMs - Math.max(memory.shrankAtMs, memory.grewAtMs) >= SHRINK_AFTER_MS;
  const turnable = atMs - memory.grewAtMs >= TURN_AFTER_MS;
  if (surplusSinceMs !== undefined && atMs - surplusSinceMs >= SHRINK_AFTER_MS && rested && turnable) {
    return {
      memory: { ...next, shrankAtMs: atMs },
      nodes: nodes - 1,
      reason: `${nodes * sessionsPerNode - open} of ${nodes * sessionsPerNode} slots are idle, and none waits`,
    };
  }
  return { memory: next, nodes, reason: '' };
}

function clamp(nodes: number, range: NodeRange): number {
  return Math.min(range.max, Math.max(range.min, nodes));
}

const BYTES_RESERVED = 1024 * 1024 * 1024;
/** What a session takes in practice; its limit is higher. */
const SESSION_BYTES = 600 * 1024 * 1024;
const NODE_BYTES = 300 * 1024 * 1024;
/** Browsers wait for sites most of the time. */
const SESSIONS_PER_CORE = 2;

/** How many more nodes a machine has memory and cores for. Pure. */
export function roomForNodes(
  machine: { readonly freeBytes: number; readonly cores: number },
  nodes: number,
  sessionsPerNode: number,
): number {
  const byMemory = Math.floor((machine.freeBytes - BYTES_RESERVED) / (NODE_BYTES + sessionsPerNode * SESSION_BYTES));
  const byCores = Math.floor((machine.cores * SESSIONS_PER_CORE) / sessionsPerNode) - nodes;
  return Math.max(0, Math.min(byMemory, byCores));
}

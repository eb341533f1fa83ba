import { refusal } from '../../core/fault.ts';
import { roomForNodes } from './autoscale.ts';
import { readFacts, type Engine } from './engine.ts';

const GIBIBYTE = 1024 ** 3;

/** A number of nodes that a user asks for. */
export interface Crowd {
  readonly nodes: number;
  readonly sessionsPerNode: number;
  /** How many nodes there are already. They may stay, whatever the room is. */
  readonly present: number;
}

/** Refuses more nodes than the engine's machine has cores and memory for. Throws `grid.no-room`. */
export async function refuseCrowd(engine: Engine, { nodes, sessionsPerNode, present }: Crowd): Promise<void> {
  if (nodes <= Math.max(present, 1)) return;
  const { cores, memoryBytes } = await readFacts(engine);
  const room = Math.max(1, roomForNodes({ freeBytes: memoryBytes, cores }, 0, sessionsPerNode));
  if (nodes <= room) return;
  const gibibytes = Math.round(memoryBytes / GIBIBYTE);
  throw refusal(
    'grid.no-room',
    `${nodes} nodes with ${sessionsPerNode} sessions each are too many: the engine's machine has ${cores} cores and ${gibibytes} GiB of memory, enough for ${room}`,
    {
      hint: 'ask for fewer, or pass --force to gridrun grid; a run with --nodes 1..<max> takes as many as there is room for',
    },
  );
}

/**
 * Cuts the numbers of new nodes into steps: nodes that start together share the cores, and too many of them starve the
 * machine and one another.
 */
export async function startSteps(engine: Engine, numbers: readonly number[]): Promise<number[][]> {
  const { cores } = await readFacts(engine);
  const size = Math.max(2, cores);
  return Array.from({ length: Math.ceil(numbers.length / size) }, (_, step) =>
    numbers.slice(step * size, (step + 1) * size),
  );
}

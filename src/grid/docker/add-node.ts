import { nodeContainer, readSeccomp } from './container-plan.ts';
import { startContainer } from './containers.ts';
import { readFacts, type Engine } from './engine.ts';
import type { GridImage } from './image.ts';
import { nodeHost } from './labels.ts';
import type { Expected } from './ready.ts';
import type { GridSecrets } from './secrets.ts';

export interface NewNode {
  readonly grid: string;
  readonly image: GridImage;
  readonly secrets: GridSecrets;
  /** `ownerLabel()`, if the grid belongs to a run. */
  readonly owner: string | undefined;
  readonly node: number;
  readonly sessions: number;
}

export interface AddedNode {
  /** The id of its container. */
  readonly id: string;
  readonly expected: Expected;
  /** What the user should know. */
  readonly notices: readonly string[];
}

/** Starts one node. If the engine takes no seccomp profile, the node has none, and a notice says so. */
export async function addNode(engine: Engine, plan: NewNode): Promise<AddedNode> {
  const { takesSeccomp } = await readFacts(engine);
  const options = nodeContainer({ ...plan, seccomp: takesSeccomp ? await readSeccomp() : undefined });
  const { id } = await startContainer(engine, options, 'node', plan.secrets);
  return {
    id,
    expected: { id, name: options.name, uri: uriOfNode(plan.node), slots: plan.sessions },
    notices: takesSeccomp
      ? []
      : ["the Docker engine takes no seccomp profile, so its default decides whether Chrome's sandbox works"],
  };
}

export function uriOfNode(node: number): string {
  return `http://${nodeHost(node)}:5555`;
}

/** Returns the lowest numbers that no node has. */
export function freeNumbers(nodes: readonly { readonly node: number }[], count: number): number[] {
  const taken = new Set(nodes.map(({ node }) => node));
  const free: number[] = [];
  for (let node = 1; free.length < count; node++) if (!taken.has(node)) free.push(node);
  return free;
}

/** Sessions per node if the user asks for `auto`: one per core of the engine's machine, shared among the nodes. */
export async function autoSessionsPerNode(engine: Engine, nodes: number): Promise<number> {
  const { cores } = await readFacts(engine);
  return Math.max(1, Math.ceil(cores / nodes));
}

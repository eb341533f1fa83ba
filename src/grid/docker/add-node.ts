import { nodeContainer, readSeccomp } from './container-plan.ts';
import { startContainer } from './containers.ts';
import type { Engine } from './engine.ts';
import type { GridImage } from './image.ts';
import { nodeHost } from './labels.ts';
import type { Expected } from './ready.ts';
import type { GridSecrets } from './secrets.ts';

export interface NewNode {
  readonly grid: string;
  readonly image: GridImage;
  readonly secrets: GridSecrets;
  readonly owner: string | undefined;
  readonly node: number;
  readonly sessions: number;
}

/** Starts one node; where the engine takes no seccomp profile, without it, which a notice says. */
export async function addNode(
  engine: Engine,
  plan: NewNode,
): Promise<{ id: string; expected: Expected; notices: string[] }> {
  const info = (await engine.call('tell about itself', async () => await engine.docker.info())) as {
    SecurityOptions?: readonly string[];
  };
  const takesProfile = info.SecurityOptions?.some((option) => option.includes('name=seccomp')) ?? false;
  const seccomp = takesProfile ? await readSeccomp() : undefined;
  const options = nodeContainer({ ...plan, seccomp });
  const container = await startContainer(engine, options, 'node', plan.secrets);
  return {
    id: container.id,
    expected: { id: container.id, name: options.name, uri: uriOfNode(plan.node), slots: plan.sessions },
    notices: takesProfile
      ? []
      : ['the engine takes no seccomp profile: Chrome’s own sandbox depends on the engine’s default'],
  };
}

export function uriOfNode(node: number): string {
  return `http://${nodeHost(node)}:5555`;
}

/** The lowest numbers that no node has. */
export function freeNumbers(nodes: readonly { readonly node: number }[], count: number): number[] {
  const taken = new Set(nodes.map(({ node }) => node));
  const free: number[] = [];
  for (let node = 1; free.length < count; node++) if (!taken.has(node)) free.push(node);
  return free;
}

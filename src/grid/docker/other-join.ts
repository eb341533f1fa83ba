import { refusal } from '../../core/fault.ts';
import type { Engine } from './engine.ts';
import type { GridImage } from './image.ts';
import type { GridContainer, GridInventory } from './inventory.ts';
import type { GridJoinOptions } from './join-options.ts';
import { readRegistration } from './secrets.ts';

type Wanted = Pick<GridJoinOptions, 'registrationSecret' | 'sessionsPerNode'> & { readonly image: GridImage };

/**
 * Compares the joined nodes that run with those that were asked for. A node that goes on with an old registration secret
 * would never join, and the right one would be blamed. Throws a refusal with every difference, and has changed nothing.
 */
export async function refuseOtherJoin(engine: Engine, before: GridInventory, wanted: Wanted): Promise<void> {
  const { docker } = engine;
  const running = before.nodes.filter(({ state }) => state === 'running');
  if (running.length === 0) return;
  const { ref } = wanted.image;
  const { Id: imageId } = await engine.call(`inspect ${ref}`, async () => await docker.getImage(ref).inspect());
  const mistakes: string[] = [];
  for (const { id, name, labels, ...node } of running) {
    const secret = await readRegistration(engine, docker.getContainer(id), labels);
    if (secret !== wanted.registrationSecret) mistakes.push(`${name} was started with another registration secret`);
    mistakes.push(...otherNode({ name, ...node }, { imageId, ...wanted }));
  }
  if (mistakes.length === 0) return;
  throw refusal('grid.other-options', 'this machine already runs nodes for that hub, with other options', {
    mistakes,
    hint: `pass the same options, or remove these nodes first: gridrun grid down --name ${before.name}`,
  });
}

function otherNode(
  node: Pick<GridContainer, 'name' | 'imageId' | 'sessions'>,
  { imageId, sessionsPerNode }: { readonly imageId: string; readonly sessionsPerNode: number },
): string[] {
  return [
    ...(node.imageId === imageId ? [] : [`${node.name} has another image`]),
    ...(node.sessions === sessionsPerNode
      ? []
      : [`${node.name} has --sessions-per-node ${node.sessions}, not ${sessionsPerNode}`]),
  ];
}

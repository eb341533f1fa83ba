import { parseGridStatus } from '../grid-status.ts';
import { WireClient } from '../../wire/wire-client.ts';
import { WireError } from '../../wire/wire-error.ts';
import { runInContainer } from './containers.ts';
import { ifThere } from './engine.ts';
import type { FoundGrid } from './open-grid.ts';
import { uriOfNode } from './add-node.ts';

const DEADLINE_MS = 5000;

/** When a hub's container was last started, or undefined if the container is gone. */
export async function hubStartedAt(grid: FoundGrid): Promise<string | undefined> {
  const { engine, hub } = grid;
  return (
    await ifThere(engine.call(`inspect ${hub.name}`, async () => await engine.docker.getContainer(hub.id).inspect()))
  )?.State.StartedAt;
}

/**
 * Ends the sessions that a hub sees on its nodes but has forgotten, because it was restarted. No client can reach such a
 * session, and it would keep its slot until it times out. Returns the number of sessions that were ended.
 */
export async function endOrphans(grid: FoundGrid, signal: AbortSignal): Promise<number> {
  const client = new WireClient(grid.access.url);
  const limits = { deadlineMs: DEADLINE_MS, signal };
  const { sessions } = parseGridStatus(await client.send('GET', '/status', undefined, limits));
  let count = 0;
  for (const { sessionId, nodeUri } of sessions) {
    const lost = await client.send('GET', `/session/${sessionId}/timeouts`, undefined, limits).then(
      () => false,
      (error: unknown) => error instanceof WireError && error.message.includes('Unable to find session'),
    );
    const node = grid.inventory.nodes.find((known) => known.node > 0 && uriOfNode(known.node) === nodeUri);
    if (!lost || node === undefined || !/^[\w-]+$/.test(sessionId)) continue;
    count += 1;
    await endOnNode(grid, node.id, sessionId);
  }
  return count;
}

/** Sends the DELETE from inside the node, because the hub refuses commands for sessions that it does not know. */
async function endOnNode({ engine }: FoundGrid, container: string, sessionId: string): Promise<void> {
  const request = `DELETE /session/${sessionId} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n`;
  const script = `exec 3<>/dev/tcp/127.0.0.1/5555 && printf '${request}' >&3 && cat <&3 >/dev/null`;
  await runInContainer(engine, container, ['bash', '-c', script]);
}

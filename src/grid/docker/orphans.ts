import { countOf } from '../../core/count-of.ts';
import type { ErrorCode } from '../../core/error-codes.ts';
import { parseGridStatus } from '../grid-status.ts';
import { WireClient } from '../../wire/wire-client.ts';
import { WireError } from '../../wire/wire-error.ts';
import { runInContainer } from './containers.ts';
import { ifThere } from './engine.ts';
import type { FoundGrid } from './open-grid.ts';
import { uriOfNode } from './add-node.ts';

const DEADLINE_MS = 5000;
/** For how many ticks after a restart of the hub nodes may still come back to it. */
const LOOKS_AFTER_RESTART = 30;

type OnNotice = (level: 'info' | 'warning', code: ErrorCode, text: string) => void;

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
async function endOrphans(grid: FoundGrid, signal: AbortSignal): Promise<number> {
  const client = new WireClient(grid.access.url);
  const limits = { deadlineMs: DEADLINE_MS, signal };
  const { sessions } = parseGridStatus(await client.send('GET', '/status', undefined, limits));
  let count = 0;
  for (const { sessionId, nodeUri } of sessions) {
    const lost = await client.send('GET', `/session/${sessionId}/timeouts`, undefined, limits).then(
      () => false,
      (error: unknown) => error instanceof WireError && error.message.includes('Unable to find session'),
    );
    const node = grid.inventory.nodes.find((known) => uriOfNode(known.node) === nodeUri);
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

/** Notices that a hub was restarted, and then looks for the sessions that it forgot. */
export class OrphanWatch {
  readonly #onNotice: OnNotice;
  #startedAt: string | undefined;
  #looksLeft = 0;

  constructor(onNotice: OnNotice) {
    this.#onNotice = onNotice;
  }

  async look(grid: FoundGrid, startedAt: string | undefined, signal: AbortSignal): Promise<void> {
    if (this.#startedAt !== undefined && startedAt !== this.#startedAt) this.#looksLeft = LOOKS_AFTER_RESTART;
    this.#startedAt = startedAt;
    if (this.#looksLeft === 0) return;
    this.#looksLeft -= 1;
    const ended = await endOrphans(grid, signal);
    if (ended === 0) return;
    const text = `the hub was restarted and forgot ${countOf(ended, 'session')}; gridrun ended what it forgot`;
    this.#onNotice('warning', 'grid.hub-restarted', text);
  }
}

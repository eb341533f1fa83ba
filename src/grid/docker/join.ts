import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { GridrunError, refusal } from '../../core/fault.ts';
import { WireError } from '../../wire/wire-error.ts';
import { openEngine } from './engine.ts';
import { readHub } from './hub-api.ts';
import { ensureImage } from './image.ts';
import { distantHub, type DistantHub, type GridJoinOptions } from './join-options.ts';
import { JoinedNodes } from './joined-nodes.ts';
import { refuseCrowd } from './room.ts';
import { countOf } from '../../core/count-of.ts';

export type { GridJoinOptions } from './join-options.ts';

export interface JoinedGrid {
  /** For `gridDown` on this machine. */
  readonly name: string;
  /** The URLs by which the hub knows the nodes. */
  readonly nodes: readonly string[];
}

const CONNECT_DEADLINE_MS = 5000;

/**
 * Starts nodes on this machine for a hub on another one. The hub must be able to open `advertise` and the nodes' ports.
 * A second call changes nothing. If a node does not join, those that this call started are removed, and no others.
 * Throws a `GridrunError` that says which address is wrong.
 */
export async function gridJoin(options: GridJoinOptions): Promise<JoinedGrid> {
  const hub = distantHub(options);
  await checkHub(hub, options.signal);
  const engine = await openEngine(options.signal);
  const { nodes: count, sessionsPerNode, force = false } = options;
  if (!force) await refuseCrowd(engine, { nodes: count, sessionsPerNode, present: 0 });
  const image = await ensureImage(engine, options.image, { onProgress: options.onProgress });
  const name = nameOf(hub.url, options);
  const nodes = new JoinedNodes(engine, name, hub, options);
  try {
    await nodes.start(image);
    options.onProgress?.(
      `waiting until the hub at ${hub.url.origin} has ${countOf(options.nodes, 'node')} of ${options.advertise}`,
    );
    await nodes.untilJoined();
    return { name, nodes: nodes.uris };
  } catch (error) {
    await nodes.undo();
    if (options.signal?.aborted)
      throw new GridrunError('grid.stopped', `the command was interrupted before the nodes had joined the hub`, {
        hint: 'run it again to start the nodes',
        cause: error,
      });
    throw error;
  }
}

/** The same nodes of the same hub always have the same name. */
function nameOf(hub: URL, { advertise, port }: GridJoinOptions): string {
  return `join-${createHash('sha256').update(`${hub.host} ${advertise} ${port}`).digest('hex').slice(0, 10)}`;
}

/** Throws a refusal if this machine does not reach the hub or its event bus, before anything starts here. */
async function checkHub({ access, url, busPorts }: DistantHub, signal: AbortSignal | undefined): Promise<void> {
  await readHub(access, signal).catch((error: unknown) => {
    const why = error instanceof WireError ? error.message : String(error);
    throw refusal('grid.hub-unreachable', `the hub at ${url.origin} does not answer: ${why}`, {
      hint: 'check that the hub is up, that it listens on that address (grid up --listen), and that the URL has the user and the password',
    });
  });
  const closed: number[] = [];
  for (const port of [busPorts.publish, busPorts.subscribe]) if (!(await opens(url.hostname, port))) closed.push(port);
  if (closed.length === 0) return;
  throw refusal(
    'grid.bus-unreachable',
    `the hub's event bus does not answer at ${url.hostname}:${closed.join(' and ')}`,
    { hint: 'open ports 4442 and 4443 of the hub to this machine: its nodes register there' },
  );
}

async function opens(host: string, port: number): Promise<boolean> {
  return await new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port, timeout: CONNECT_DEADLINE_MS });
    const end = (open: boolean) => (): void => {
      socket.destroy();
      resolve(open);
    };
    socket.on('connect', end(true)).on('error', end(false)).on('timeout', end(false));
  });
}

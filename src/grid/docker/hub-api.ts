import { request } from 'undici';
import { GridrunError } from '../../core/fault.ts';
import { parseGridStatus, type NodeStatus } from '../grid-status.ts';
import { within } from '../../wire/deadline.ts';
import { WireClient } from '../../wire/wire-client.ts';
import type { GridSecrets } from './secrets.ts';

/** What commands a hub: its URL, credentials included, and the registration secret. */
export interface HubAccess {
  /** Never printed. */
  readonly url: string;
  readonly registration: string;
}

export interface HubNode extends NodeStatus {
  readonly id: string;
  /** Selenium's word: UP, DRAINING, DOWN. */
  readonly availability: string;
}

export interface HubStatus {
  readonly ready: boolean;
  readonly nodes: readonly HubNode[];
}

const DEADLINE_MS = 5000;

/** Where a hub is reached from this machine. A hub that listens everywhere is asked on loopback. */
export function hubAccess(secrets: GridSecrets, listen: string | undefined, port: number): HubAccess {
  const host =
    listen === undefined || listen === '0.0.0.0' || listen === '::'
      ? '127.0.0.1'
      : listen.includes(':')
        ? `[${listen}]`
        : listen;
  const login = `${encodeURIComponent(secrets.username)}:${encodeURIComponent(secrets.password)}`;
  return { url: `http://${login}@${host}:${port}`, registration: secrets.registration };
}

/** Asks a hub for its nodes. Throws a `WireError`. */
export async function readHub(hub: HubAccess, signal?: AbortSignal): Promise<HubStatus> {
  const value = await new WireClient(hub.url).send('GET', '/status', undefined, { deadlineMs: DEADLINE_MS, signal });
  const raw = (value ?? {}) as { ready?: boolean; nodes?: readonly { id?: string; availability?: string }[] };
  const nodes = parseGridStatus(value).nodes.map((node, index) => ({
    ...node,
    id: raw.nodes?.[index]?.id ?? '',
    availability: raw.nodes?.[index]?.availability ?? '',
  }));
  return { ready: raw.ready === true, nodes };
}

/** How many requests for a session wait at the hub. */
export async function readQueueLength(hub: HubAccess, signal?: AbortSignal): Promise<number> {
  const waiting = await new WireClient(hub.url).send('GET', '/se/grid/newsessionqueue/queue', undefined, {
    deadlineMs: DEADLINE_MS,
    signal,
  });
  return Array.isArray(waiting) ? waiting.length : 0;
}

/** Selenium's own drain: the node takes no new session, and ends when its last one does. */
export async function drainNode(hub: HubAccess, nodeId: string, signal?: AbortSignal): Promise<void> {
  const url = new URL(hub.url);
  const authorization = `Basic ${Buffer.from(`${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`).toString('base64')}`;
  const status = await within({ deadlineMs: DEADLINE_MS, signal }, async (cut) => {
    const reply = await request(`${url.origin}/se/grid/distributor/node/${nodeId}/drain`, {
      method: 'POST',
      signal: cut,
      headers: {
        authorization,
        'X-REGISTRATION-SECRET': hub.registration,
        'content-type': 'application/json; charset=utf-8',
      },
      body: '{}',
    });
    await reply.body.dump();
    return reply.statusCode;
  });
  if (status >= 300) {
    throw new GridrunError(
      'grid.drain-refused',
      `the hub at ${url.origin} did not drain its node ${nodeId}: HTTP ${status}`,
    );
  }
}

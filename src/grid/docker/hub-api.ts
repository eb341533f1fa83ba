import { GridrunError } from '../../core/fault.ts';
import { parseGridStatus, type NodeStatus } from '../grid-status.ts';
import { parseEndpoint } from '../../wire/endpoint.ts';
import { exchange } from '../../wire/http.ts';
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

/** Starts Selenium's own drain: the node takes no new session, and ends after its last one. Throws a `GridrunError`. */
export async function drainNode(hub: HubAccess, nodeId: string, signal?: AbortSignal): Promise<void> {
  const endpoint = parseEndpoint(hub.url);
  const request = {
    method: 'POST',
    path: `/se/grid/distributor/node/${nodeId}/drain`,
    body: '{}',
    headers: { 'x-registration-secret': hub.registration },
  };
  const { status } = await exchange(endpoint, request, { deadlineMs: DEADLINE_MS, signal });
  if (status < 300) return;
  throw new GridrunError(
    'grid.drain-refused',
    `the hub at ${endpoint.origin} did not drain its node ${nodeId}: HTTP ${status}`,
  );
}

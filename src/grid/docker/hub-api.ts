import { GridrunError } from '../../core/fault.ts';
import { parseEndpoint } from '../../wire/endpoint.ts';
import { exchange } from '../../wire/http.ts';
import { WireClient } from '../../wire/wire-client.ts';
import { parseGridStatus, type NodeStatus } from '../grid-status.ts';
import type { GridSecrets } from './secrets.ts';

/** What a program needs to command a hub. Never printed. */
export interface HubAccess {
  /** With credentials. */
  readonly url: string;
  /** The registration secret. */
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

/** How this machine reaches a hub. A hub that listens on every address is reached on loopback. */
export function hubAccess(secrets: GridSecrets, listen: string | undefined, port: number): HubAccess {
  const login = `${encodeURIComponent(secrets.username)}:${encodeURIComponent(secrets.password)}`;
  return { url: `http://${login}@${reachableHost(listen)}:${port}`, registration: secrets.registration };
}

function reachableHost(listen: string | undefined): string {
  if (listen === undefined || listen === '0.0.0.0') return '127.0.0.1';
  // To the engine, :: means every IPv6 address and no other.
  if (listen === '::') return '[::1]';
  return listen.includes(':') ? `[${listen}]` : listen;
}

/** Reads the nodes of a hub. Throws a `WireError`. */
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

/** The number of requests for a session that wait at the hub. Throws a `WireError`. */
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
    headers: { 'X-REGISTRATION-SECRET': hub.registration },
  };
  const { status } = await exchange(endpoint, request, { deadlineMs: DEADLINE_MS, signal });
  if (status < 300) return;
  throw new GridrunError(
    'grid.drain-refused',
    `the hub at ${endpoint.origin} did not drain its node ${nodeId}: HTTP ${status}`,
  );
}

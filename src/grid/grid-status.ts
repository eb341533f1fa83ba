import type { Limits } from '../wire/deadline.ts';
import type { WireClient } from '../wire/wire-client.ts';

/** What `/status` says, as far as we read it. */
export interface GridStatus {
  /** A Selenium Grid; else a server that makes sessions itself, such as chromedriver. */
  readonly isGrid: boolean;
  readonly nodes: readonly NodeStatus[];
  readonly sessions: readonly SessionStatus[];
}

export interface NodeStatus {
  readonly uri: string;
  readonly up: boolean;
  readonly maxSessions: number;
  readonly slots: readonly SlotStatus[];
}

export interface SlotStatus {
  readonly stereotype: Readonly<Record<string, unknown>>;
  readonly state: 'free' | 'starting' | 'busy';
}

export interface SessionStatus {
  readonly sessionId: string;
  /** `se:name` */
  readonly name: string | undefined;
  readonly nodeUri: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

interface RawNode {
  readonly uri?: string;
  readonly externalUri?: string;
  readonly availability?: string;
  readonly maxSessions?: number;
  readonly slots?: readonly {
    readonly stereotype?: Record<string, unknown>;
    readonly session?: { readonly sessionId?: string; readonly capabilities?: Record<string, unknown> } | null;
  }[];
}

/** The Grid's word for a slot whose session is being started. */
const RESERVED = 'reserved';

/** Asks an endpoint for its status. Throws a `WireError`. */
export async function readGridStatus(client: WireClient, limits: Limits): Promise<GridStatus> {
  return parseGridStatus(await client.send('GET', '/status', undefined, limits));
}

/** Any `value` of a `/status`; what it lacks is empty. */
export function parseGridStatus(value: unknown): GridStatus {
  const raw = (value as { nodes?: unknown } | null)?.nodes;
  const rawNodes = Array.isArray(raw) ? (raw as RawNode[]) : [];
  return {
    isGrid: Array.isArray(raw),
    nodes: rawNodes.map((node) => ({
      uri: uriOf(node),
      up: node.availability === 'UP',
      maxSessions: node.maxSessions ?? Number.POSITIVE_INFINITY,
      slots: (node.slots ?? []).map((slot) => ({
        stereotype: slot.stereotype ?? {},
        state: stateOf(slot.session?.sessionId),
      })),
    })),
    sessions: rawNodes.flatMap((node) =>
      (node.slots ?? []).flatMap(({ session }) => {
        if (session?.sessionId === undefined || session.sessionId === RESERVED) return [];
        const capabilities = session.capabilities ?? {};
        const name = capabilities['se:name'];
        return [
          {
            sessionId: session.sessionId,
            name: typeof name === 'string' ? name : undefined,
            nodeUri: uriOf(node),
            capabilities,
          },
        ];
      }),
    ),
  };
}

function uriOf(node: RawNode): string {
  return node.externalUri ?? node.uri ?? '';
}

function stateOf(sessionId: string | undefined): SlotStatus['state'] {
  if (sessionId === undefined) return 'free';
  return sessionId === RESERVED ? 'starting' : 'busy';
}

/** How many sessions with these capabilities a node could start now, never over its max-sessions. */
export function freeSlots(node: NodeStatus, capabilities: Readonly<Record<string, unknown>>): number {
  if (!node.up) return 0;
  const taken = node.slots.filter((slot) => slot.state !== 'free').length;
  const matching = node.slots.filter((slot) => slot.state === 'free' && matches(slot.stereotype, capabilities)).length;
  return Math.max(0, Math.min(matching, node.maxSessions - taken));
}

/** The Grid's own rule, as far as it goes for Chrome: what is asked for must be what the slot says, where it says it. */
function matches(stereotype: Readonly<Record<string, unknown>>, asked: Readonly<Record<string, unknown>>): boolean {
  return ['browserName', 'browserVersion', 'platformName'].every((key) => {
    const wanted = asked[key];
    const offered = stereotype[key];
    if (typeof wanted !== 'string' || wanted === '' || /^(any|stable)$/i.test(wanted)) return true;
    if (typeof offered !== 'string') return key !== 'browserName';
    return (
      offered.toLowerCase() === wanted.toLowerCase() || (key === 'browserVersion' && offered.startsWith(`${wanted}.`))
    );
  });
}

/**
 * The most sessions that may be open or asked for now: ours, the matching free slots, and one request that waits, so
 * that a grid that scales on its queue does; one on an empty grid. `open` and `asked` are ours: a slot that is being
 * started for a request of ours is neither free nor open.
 */
export function autoCapacity(
  status: GridStatus,
  capabilities: Readonly<Record<string, unknown>>,
  open: number,
  asked: number,
): number {
  const free = status.nodes.reduce((sum, node) => sum + freeSlots(node, capabilities), 0);
  const starting = status.nodes.reduce(
    (sum, node) => sum + node.slots.filter((slot) => slot.state === 'starting').length,
    0,
  );
  return open + Math.min(starting, asked) + free + 1;
}

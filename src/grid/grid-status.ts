import type { Limits } from '../wire/deadline.ts';
import type { WireClient } from '../wire/wire-client.ts';

/** The part of `/status` that gridrun reads. */
export interface GridStatus {
  /** A Selenium Grid. If false, the server makes sessions itself, such as chromedriver. */
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

/** The Grid's session id for a slot whose session is starting. */
const RESERVED = 'reserved';

/** Reads the status of an endpoint. Throws a `WireError`. */
export async function readGridStatus(client: WireClient, limits: Limits): Promise<GridStatus> {
  return parseGridStatus(await client.send('GET', '/status', undefined, limits));
}

/** Reads any `value` of a `/status`. Missing parts are empty. */
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

/** The number of sessions with these capabilities that a node can start now, up to its max-sessions. */
export function freeSlots(node: NodeStatus, capabilities: Readonly<Record<string, unknown>>): number {
  if (!node.up) return 0;
  const taken = node.slots.filter((slot) => slot.state !== 'free').length;
  const matching = node.slots.filter((slot) => slot.state === 'free' && matches(slot.stereotype, capabilities)).length;
  return Math.max(0, Math.min(matching, node.maxSessions - taken));
}

/** The Grid's own rule, as far as it concerns Chrome: a slot must offer what is asked, for each key that it names. */
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
 * The max number of sessions that may be open or opening now: ours, the matching free slots, and one request that waits.
 * The waiting request makes a grid grow that scales on its queue. `open` and `asked` count our own sessions and requests:
 * a slot that starts a session for one of our requests is neither free nor open.
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

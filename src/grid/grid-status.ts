import type { Limits } from '../wire/deadline.ts';
import type { WireClient } from '../wire/wire-client.ts';
import { isRecord, sessionIdIn } from './new-session.ts';

/** The part of `/status` that gridrun reads. */
export interface GridStatus {
  /** A Selenium Grid. If false, the server makes sessions itself, such as chromedriver. */
  readonly isGrid: boolean;
  /** The reply has what every status has, so what it does not list is not there. */
  readonly isStatus: boolean;
  readonly nodes: readonly NodeStatus[];
  readonly sessions: readonly SessionStatus[];
}

export interface NodeStatus {
  readonly uri: string;
  readonly up: boolean;
  readonly maxSessions: number;
  /** The node ends a session that gets no command for so long. */
  readonly sessionTimeoutMs: number | undefined;
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

/** The Grid's session id for a slot whose session is starting. */
const RESERVED = 'reserved';

/** Reads the status of an endpoint. Throws a `WireError`. */
export async function readGridStatus(client: WireClient, limits: Limits): Promise<GridStatus> {
  return parseGridStatus(await client.send('GET', '/status', undefined, limits));
}

/** Reads any `value` of a `/status`. Parts that are missing or of a wrong type are empty. */
export function parseGridStatus(value: unknown): GridStatus {
  const raw = recordOf(value);
  const isGrid = Array.isArray(raw['nodes']);
  const nodes = recordsIn(raw['nodes']);
  return {
    isGrid,
    isStatus: isGrid || typeof raw['ready'] === 'boolean',
    nodes: nodes.map((node) => ({
      uri: uriOf(node),
      up: node['availability'] === 'UP',
      maxSessions: typeof node['maxSessions'] === 'number' ? node['maxSessions'] : Number.POSITIVE_INFINITY,
      sessionTimeoutMs: typeof node['sessionTimeout'] === 'number' ? node['sessionTimeout'] : undefined,
      slots: recordsIn(node['slots']).map((slot) => ({
        stereotype: recordOf(slot['stereotype']),
        state: stateOf(sessionIdIn(slot['session'])),
      })),
    })),
    sessions: nodes.flatMap((node) =>
      recordsIn(node['slots']).flatMap(({ session }) => {
        const sessionId = sessionIdIn(session);
        if (sessionId === undefined || sessionId === RESERVED) return [];
        const capabilities = recordOf(recordOf(session)['capabilities']);
        return [{ sessionId, name: textIn(capabilities['se:name']), nodeUri: uriOf(node), capabilities }];
      }),
    ),
  };
}

/** Is a slot of the grid starting a session? Its name is not known yet. */
export function isStarting(status: GridStatus): boolean {
  return status.nodes.some((node) => node.slots.some((slot) => slot.state === 'starting'));
}

function uriOf(node: Readonly<Record<string, unknown>>): string {
  return textIn(node['externalUri']) ?? textIn(node['uri']) ?? '';
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}

function recordsIn(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
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

/** Our own sessions and requests at the moment of a status. */
export interface OwnSessions {
  readonly open: number;
  /** A slot that starts a session for one of these requests is neither free nor open. */
  readonly asked: number;
  /** How many requests may wait for a slot. One makes a grid grow that scales on its queue. */
  readonly spare: number;
}

/**
 * The max number of sessions that may be open or opening now: ours, the matching free slots, and the requests that may
 * wait. At least one: a request that waits in vain tells that the grid is down.
 */
export function autoCapacity(
  status: GridStatus,
  capabilities: Readonly<Record<string, unknown>>,
  { open, asked, spare }: OwnSessions,
): number {
  const free = status.nodes.reduce((sum, node) => sum + freeSlots(node, capabilities), 0);
  const starting = status.nodes.reduce(
    (sum, node) => sum + node.slots.filter((slot) => slot.state === 'starting').length,
    0,
  );
  return Math.max(1, open + Math.min(starting, asked) + free + spare);
}

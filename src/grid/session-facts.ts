import type { SessionFacts } from '../core/ports.ts';
import type { Limits } from '../wire/deadline.ts';
import { reachableSocket, withoutCredentials } from '../wire/endpoint.ts';
import type { WireClient } from '../wire/wire-client.ts';
import { cutError } from '../wire/wire-error.ts';
import type { NewSession } from './new-session.ts';

/** Where a session is. */
export interface SessionPlace {
  /** The URL of its server, with credentials. */
  readonly endpoint: string;
  readonly node: string;
  /** Undefined if the server never ends a session that gets no command. */
  readonly keepAliveMs?: number;
}

/**
 * Collects the facts of a new session. It sends one command, for the size of the window, which isolation restores.
 * Throws a `WireError` if `limits.signal` aborts.
 */
export async function sessionFacts(
  session: NewSession,
  { endpoint, node, keepAliveMs }: SessionPlace,
  client: WireClient,
  limits: Limits,
): Promise<SessionFacts> {
  const { sessionId, capabilities } = session;
  const socket = reachable(capabilities['webSocketUrl'], endpoint);
  const cdp = reachable(capabilities['se:cdp'], endpoint);
  // A phone's window does not report its size. It keeps the one it has.
  const rect = rectOf(
    await client.send('GET', `/session/${sessionId}/window/rect`, undefined, limits).catch(() => undefined),
  );
  if (limits.signal?.aborted) throw cutError('aborted', `POST /session on ${client.endpoint.shown}`, limits);
  return {
    sessionId,
    endpoint,
    // A check may print its capabilities. Only `webSocketUrl` and `cdpUrl` below hold addresses with the password.
    capabilities: {
      ...capabilities,
      ...(socket === undefined ? {} : { webSocketUrl: withoutCredentials(socket) }),
      ...(cdp === undefined ? {} : { 'se:cdp': withoutCredentials(cdp) }),
    },
    ...(socket === undefined ? {} : { webSocketUrl: socket }),
    ...(cdp === undefined ? {} : { cdpUrl: cdp }),
    node,
    ...(keepAliveMs === undefined ? {} : { keepAliveMs }),
    browserName: textOf(capabilities['browserName']),
    browserVersion: textOf(capabilities['browserVersion']),
    ...(rect === undefined ? {} : { windowRect: rect }),
  };
}

function reachable(given: unknown, endpoint: string): string | undefined {
  return typeof given === 'string' && URL.canParse(given) ? reachableSocket(given, endpoint) : undefined;
}

/** Browsers do not always report what the standard asks for. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function rectOf(value: unknown): SessionFacts['windowRect'] | undefined {
  const { x, y, width, height } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof x !== 'number' || typeof y !== 'number') return undefined;
  return typeof width === 'number' && typeof height === 'number' ? { x, y, width, height } : undefined;
}

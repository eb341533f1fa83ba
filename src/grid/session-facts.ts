import type { SessionFacts } from '../core/ports.ts';
import type { Limits } from '../wire/deadline.ts';
import { reachableSocket, withoutCredentials } from '../wire/endpoint.ts';
import type { WireClient } from '../wire/wire-client.ts';
import { cutError } from '../wire/wire-error.ts';

/** The `value` of a `POST /session`. */
export interface NewSession {
  readonly sessionId: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** Where a session is. */
export interface SessionPlace {
  /** The URL of its server, with credentials. */
  readonly endpoint: string;
  readonly node: string;
}

/**
 * Collects the facts of a new session. It sends one command, for the size of the window, which isolation restores.
 * Throws a `WireError` if `limits.signal` aborts.
 */
export async function sessionFacts(
  session: NewSession,
  { endpoint, node }: SessionPlace,
  client: WireClient,
  limits: Limits,
): Promise<SessionFacts> {
  const { sessionId, capabilities } = session;
  const given = capabilities['webSocketUrl'];
  const socket = typeof given === 'string' ? reachableSocket(given, endpoint) : undefined;
  // A phone's window does not report its size. It keeps the one it has.
  const rect = (await client
    .send('GET', `/session/${sessionId}/window/rect`, undefined, limits)
    .catch(() => undefined)) as SessionFacts['windowRect'] | null;
  if (limits.signal?.aborted) throw cutError('aborted', `POST /session on ${client.endpoint.shown}`, limits);
  return {
    sessionId,
    endpoint,
    // A check may print its capabilities. Only `webSocketUrl` below holds the address with its password.
    capabilities: socket === undefined ? capabilities : { ...capabilities, webSocketUrl: withoutCredentials(socket) },
    ...(socket === undefined ? {} : { webSocketUrl: socket }),
    node,
    browserName: textOf(capabilities['browserName']),
    browserVersion: textOf(capabilities['browserVersion']),
    ...(rect === undefined || rect === null
      ? {}
      : { windowRect: { x: rect.x, y: rect.y, width: rect.width, height: rect.height } }),
  };
}

/** Browsers do not always report what the standard asks for. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

import type { SessionFacts } from '../core/ports.ts';
import { ABORTED } from '../wire/classify.ts';
import type { Limits } from '../wire/deadline.ts';
import { reachableSocket, withoutCredentials } from '../wire/endpoint.ts';
import type { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';

/** The `value` of a `POST /session`. */
export interface NewSession {
  readonly sessionId: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
}

/** What a session is to those who use it. One command: the window's size, which isolation sets back. Throws where it was stopped. */
export async function sessionFacts(
  session: NewSession,
  endpointUrl: string,
  node: string,
  client: WireClient,
  limits: Limits,
): Promise<SessionFacts> {
  const { sessionId, capabilities } = session;
  const given = capabilities['webSocketUrl'];
  const socket = typeof given === 'string' ? reachableSocket(given, endpointUrl) : undefined;
  // A window that does not tell its size (a phone's) keeps it.
  const rect = (await client
    .send('GET', `/session/${sessionId}/window/rect`, undefined, limits)
    .catch(() => undefined)) as SessionFacts['windowRect'] | null;
  if (limits.signal?.aborted)
    throw new WireError(ABORTED, `POST /session on ${client.endpoint.shown}`, 'stopped while the session opened');
  return {
    sessionId,
    endpoint: endpointUrl,
    // A check may print its capabilities; the address that works with a password is in `webSocketUrl` alone.
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

/** What a browser says of itself is not always what the standard asks for. */
function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

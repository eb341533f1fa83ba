import type { SessionFacts } from '../core/ports.ts';
import { CommandSocket, isObject, messageIn, textOf, type Message, type SocketProtocol } from './command-socket.ts';
import { within, type Limits } from './deadline.ts';
import { parseEndpoint } from './endpoint.ts';
import { exchange } from './http.ts';

/** An event of Chrome's DevTools protocol. */
export interface DevToolsEvent {
  readonly method: string;
  readonly params: Message;
  /** The DevTools session of the tab that sent it; undefined for the browser's own. */
  readonly tab: string | undefined;
}

const DEVTOOLS: SocketProtocol<DevToolsEvent> = {
  name: 'devtools',
  commandName: (method) => method,
  eventIn: (method, params, { sessionId }) => ({
    method,
    params,
    tab: typeof sessionId === 'string' ? sessionId : undefined,
  }),
  errorIn: ({ error }) => (isObject(error) ? ['devtools error', textOf(error['message'])] : undefined),
};

/**
 * A DevTools connection to a session's browser, past its driver: the driver does one command after the other, and one
 * that the page holds keeps the others waiting.
 */
export class DevToolsClient {
  readonly #socket: CommandSocket<DevToolsEvent>;

  private constructor(socket: CommandSocket<DevToolsEvent>) {
    this.#socket = socket;
  }

  /** Connects to the browser of a session. Undefined if the session offers no DevTools. Throws a `WireError`. */
  static async connect(session: SessionFacts, limits: Limits): Promise<DevToolsClient | undefined> {
    const url = await within(limits, async (signal) => await browserSocket(session, { ...limits, signal }));
    return url === undefined ? undefined : new DevToolsClient(await CommandSocket.connect(url, limits, DEVTOOLS));
  }

  /**
   * Sends a command to a tab, or without `tab` to the browser, and returns its result. Throws a `WireError`, whose
   * `wireCode` is `deadline` if no reply came in time.
   */
  async send(method: string, params: object, limits: Limits, tab?: string): Promise<Message> {
    return await this.#socket.command(method, params, limits, tab === undefined ? {} : { sessionId: tab });
  }

  /** Adds a listener for all events that come from now on. A domain's `enable` makes them come. */
  onEvent(listener: (event: DevToolsEvent) => void): void {
    this.#socket.onEvent(listener);
  }

  /** Closes the connection, which undoes what it has set. Pending commands reject. The session goes on. */
  close(): void {
    this.#socket.close();
  }
}

/**
 * The address of the browser's own DevTools socket. A grid offers one for each session. A local Chrome is asked for its.
 */
async function browserSocket(session: SessionFacts, limits: Limits): Promise<string | undefined> {
  if (session.cdpUrl !== undefined) return session.cdpUrl;
  const { debuggerAddress } = (session.capabilities['goog:chromeOptions'] ?? {}) as {
    readonly debuggerAddress?: unknown;
  };
  // The address is one of the browser's machine. On a grid it would lead to a stranger's browser, or to none.
  if (session.node !== LOCAL || typeof debuggerAddress !== 'string') return undefined;
  const request = { method: 'GET', path: '/json/version', body: undefined };
  const { text } = await exchange(parseEndpoint(`http://${debuggerAddress}`), request, limits);
  const url = messageIn(text)?.['webSocketDebuggerUrl'];
  return typeof url === 'string' && URL.canParse(url) ? url : undefined;
}

/** The node of every session that gridrun opened on this machine. */
const LOCAL = 'local';

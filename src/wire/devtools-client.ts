import { WebSocket } from 'ws';
import type { SessionFacts } from '../core/ports.ts';
import { NOT_W3C } from './classify.ts';
import { within, type Limits } from './deadline.ts';
import { parseEndpoint } from './endpoint.ts';
import { exchange } from './http.ts';
import { openSocket, socketAddress } from './open-socket.ts';
import { isTraced, trace, traced } from './protocol-trace.ts';
import { untilAborted } from './until-aborted.ts';
import { cutError, WireError } from './wire-error.ts';

interface Pending {
  readonly method: string;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: Error) => void;
}

type Result = Readonly<Record<string, unknown>>;

/** An event of Chrome's DevTools protocol. */
export interface DevToolsEvent {
  readonly method: string;
  readonly params: Result;
  /** The DevTools session of the tab that sent it; undefined for the browser's own. */
  readonly tab: string | undefined;
}

/**
 * A DevTools connection to a session's browser, past its driver: the driver does one command after the other, and one
 * that the page holds keeps the others waiting.
 */
export class DevToolsClient {
  readonly #socket: WebSocket;
  readonly #shown: string;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: ((event: DevToolsEvent) => void)[] = [];
  #lastId = 0;

  private constructor(socket: WebSocket, shown: string) {
    this.#socket = socket;
    this.#shown = shown;
    // Messages are Buffers, because binaryType is not set.
    socket.on('message', (data) => this.#onMessage((data as Buffer).toString()));
    socket.on('close', () => this.#onClose());
    // A 'close' follows. Without a listener an error would end the process.
    socket.on('error', () => {});
  }

  /** Connects to the browser of a session. Undefined if the session offers no DevTools. Throws a `WireError`. */
  static async connect(session: SessionFacts, limits: Limits): Promise<DevToolsClient | undefined> {
    const url = await within(limits, async (signal) => await browserSocket(session, { ...limits, signal }));
    if (url === undefined) return undefined;
    const address = socketAddress(url);
    const open = async (): Promise<DevToolsClient> =>
      new DevToolsClient(await openSocket(address, limits), address.shown);
    return isTraced() ? await traced(`devtools CONNECT ${address.shown}`, open, () => 'ok') : await open();
  }

  /**
   * Sends a command to a tab, or without `tab` to the browser, and returns its result. Throws a `WireError`, whose
   * `wireCode` is `deadline` if no reply came in time.
   */
  async send(method: string, params: object, limits: Limits, tab?: string): Promise<Result> {
    const send = async (): Promise<Result> => await this.#send(method, params, limits, tab);
    return isTraced() ? await traced(`devtools ${method} on ${this.#shown}`, send, () => 'ok') : await send();
  }

  async #send(method: string, params: object, limits: Limits, tab: string | undefined): Promise<Result> {
    const what = `${method} on ${this.#shown}`;
    if (this.#socket.readyState !== WebSocket.OPEN) throw new WireError('ECONNRESET', what, 'the connection is closed');
    return await within(limits, async (signal, cutBy) => {
      const id = ++this.#lastId;
      const { promise, resolve, reject } = Promise.withResolvers<Result>();
      this.#pending.set(id, { method, resolve, reject });
      try {
        if (!signal.aborted) this.#socket.send(JSON.stringify({ id, method, params, sessionId: tab }));
        return await untilAborted(promise, signal);
      } catch (error) {
        const by = cutBy();
        throw by === undefined || error instanceof WireError ? error : cutError(by, what, limits);
      } finally {
        this.#pending.delete(id);
      }
    });
  }

  /** Adds a listener for all events that come from now on. A domain's `enable` makes them come. */
  onEvent(listener: (event: DevToolsEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Closes the connection, which undoes what it has set. Pending commands reject. The session goes on. */
  close(): void {
    this.#socket.terminate();
  }

  #onMessage(text: string): void {
    const message = messageIn(text);
    if (message === undefined) return this.close();
    const { id, method, params, error, result, sessionId } = message;
    if (typeof method === 'string') {
      const tab = typeof sessionId === 'string' ? sessionId : undefined;
      return this.#tell({ method, params: isObject(params) ? params : {}, tab });
    }
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    if (pending === undefined) return;
    const what = `${pending.method} on ${this.#shown}`;
    if (isObject(error)) pending.reject(new WireError('devtools error', what, textOf(error['message'])));
    else if (isObject(result)) pending.resolve(result);
    else pending.reject(new WireError(NOT_W3C, what, `a reply without a result: ${text.slice(0, 200)}`));
  }

  /** Passes an event on. An event that a listener cannot read is lost for this listener only. */
  #tell(event: DevToolsEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        if (isTraced()) trace(`devtools ${event.method} on ${this.#shown}: a listener threw ${String(error)}`);
      }
    }
  }

  #onClose(): void {
    for (const { method, reject } of this.#pending.values()) {
      reject(
        new WireError('ECONNRESET', `${method} on ${this.#shown}`, 'the connection was closed before the reply came'),
      );
    }
    this.#pending.clear();
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

/** The message in a frame; undefined if the frame is no JSON object. */
function messageIn(text: string): Result | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function isObject(value: unknown): value is Result {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

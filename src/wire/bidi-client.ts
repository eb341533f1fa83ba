import { WebSocket } from 'ws';
import { NOT_W3C } from './classify.ts';
import { within, type Limits } from './deadline.ts';
import { openSocket, socketAddress } from './open-socket.ts';
import { isTraced, trace, traced } from './protocol-trace.ts';
import { untilAborted } from './until-aborted.ts';
import { cutError, WireError } from './wire-error.ts';

interface Pending {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** An event of a session, sent to each connection that has subscribed to it. */
export interface BidiEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A BiDi connection to one session. Several commands may wait for their replies at the same time. */
export class BidiClient {
  readonly #socket: WebSocket;
  readonly #shown: string;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: ((event: BidiEvent) => void)[] = [];
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

  /** Connects to a URL. Its credentials go into a header. Throws a `WireError`. */
  static async connect(url: string, limits: Limits): Promise<BidiClient> {
    const address = socketAddress(url);
    const open = async (): Promise<BidiClient> => new BidiClient(await openSocket(address, limits), address.shown);
    return isTraced() ? await traced(`bidi CONNECT ${address.shown}`, open, () => 'ok') : await open();
  }

  /** Sends a command and returns its `result`. Throws a `WireError` whose `wireCode` is the BiDi error code. */
  async command(method: string, params: object, limits: Limits): Promise<unknown> {
    const send = async (): Promise<unknown> => await this.#send(method, params, limits);
    if (!isTraced()) return await send();
    return await traced(`bidi ${commandName(method, params)} on ${this.#shown}`, send, () => 'ok');
  }

  async #send(method: string, params: object, limits: Limits): Promise<unknown> {
    const what = `${method} on ${this.#shown}`;
    if (this.#socket.readyState !== WebSocket.OPEN) throw new WireError('ECONNRESET', what, 'the connection is closed');
    return await within(limits, async (signal, cutBy) => {
      const id = ++this.#lastId;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      this.#pending.set(id, { method, resolve, reject });
      try {
        if (!signal.aborted) this.#socket.send(JSON.stringify({ id, method, params }));
        return await untilAborted(promise, signal);
      } catch (error) {
        const by = cutBy();
        throw by === undefined || error instanceof WireError ? error : cutError(by, what, limits);
      } finally {
        this.#pending.delete(id);
      }
    });
  }

  /** Adds a listener for all events that come from now on. `session.subscribe` chooses which ones come. */
  onEvent(listener: (event: BidiEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Closes the connection. Pending commands reject. The session goes on. */
  close(): void {
    // The closing handshake would cost a round trip.
    this.#socket.terminate();
  }

  #onMessage(text: string): void {
    const message = messageIn(text);
    // The other end does not speak BiDi. An error thrown here would hit whatever code runs at this moment.
    if (message === undefined) return this.close();
    const { id, method, params, error, message: words, result } = message;
    if (typeof method === 'string') return this.#tell({ method, params: isObject(params) ? params : {} });
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    if (pending === undefined) return;
    const what = `${pending.method} on ${this.#shown}`;
    if (typeof error === 'string') pending.reject(new WireError(error, what, typeof words === 'string' ? words : ''));
    else if (isObject(result)) pending.resolve(result);
    else pending.reject(new WireError(NOT_W3C, what, `a reply without a result: ${text.slice(0, 200)}`));
  }

  /** Passes an event on. An event that a listener cannot read is lost for this listener only. */
  #tell(event: BidiEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        if (isTraced()) trace(`bidi ${event.method} on ${this.#shown}: a listener threw ${String(error)}`);
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

/** With Chrome's own protocol inside, its command too: `goog:cdp.sendCommand Page.captureSnapshot`. */
function commandName(method: string, params: object): string {
  return method === 'goog:cdp.sendCommand' && 'method' in params ? `${method} ${String(params.method)}` : method;
}

/** The message in a frame; undefined if the frame is no JSON object. */
function messageIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const message: unknown = JSON.parse(text);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

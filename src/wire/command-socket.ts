import { WebSocket } from 'ws';
import { NOT_W3C } from './classify.ts';
import { within, type Limits } from './deadline.ts';
import { openSocket, socketAddress } from './open-socket.ts';
import { isTraced, trace, traced } from './protocol-trace.ts';
import { untilAborted } from './until-aborted.ts';
import { cutError, WireError } from './wire-error.ts';
import { withResolvers, parse, stringify } from '../os/real-builtins.ts';

/** A JSON object. */
export type Message = Readonly<Record<string, unknown>>;

/** How BiDi and DevTools differ. In both, a command has an id, a method and parameters, and events come without an id. */
export interface SocketProtocol<Event> {
  /** How the trace names it: `bidi`, `devtools`. */
  readonly name: string;
  /** How the trace names a command. */
  readonly commandName: (method: string, params: object) => string;
  /** Reads an event from its message. */
  readonly eventIn: (method: string, params: Message, message: Message) => Event;
  /** The error of a reply: a code, and what it says; undefined if the reply is none. */
  readonly errorIn: (reply: Message) => readonly [code: string, text: string] | undefined;
}

interface Pending {
  readonly method: string;
  readonly resolve: (result: Message) => void;
  readonly reject: (error: Error) => void;
}

/** A websocket for commands and events in JSON. Several commands may wait for their replies at the same time. */
export class CommandSocket<Event extends { readonly method: string }> {
  readonly #socket: WebSocket;
  readonly #shown: string;
  readonly #protocol: SocketProtocol<Event>;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: ((event: Event) => void)[] = [];
  #lastId = 0;

  private constructor(socket: WebSocket, shown: string, protocol: SocketProtocol<Event>) {
    this.#socket = socket;
    this.#shown = shown;
    this.#protocol = protocol;
    // Messages are Buffers, because binaryType is not set.
    socket.on('message', (data) => this.#onMessage((data as Buffer).toString()));
    socket.on('close', () => this.#onClose());
    // A 'close' follows. Without a listener an error would end the process.
    socket.on('error', () => {});
  }

  /** Connects to a URL. Its credentials go into a header. Throws a `WireError`. */
  static async connect<Event extends { readonly method: string }>(
    url: string,
    limits: Limits,
    protocol: SocketProtocol<Event>,
  ): Promise<CommandSocket<Event>> {
    const address = socketAddress(url);
    const open = async (): Promise<CommandSocket<Event>> =>
      new CommandSocket(await openSocket(address, limits), address.shown, protocol);
    return isTraced() ? await traced(`${protocol.name} CONNECT ${address.shown}`, open, () => 'ok') : await open();
  }

  /**
   * Sends a command and returns its result. `more` is what the message has beside id, method and parameters. Throws a
   * `WireError`, whose `wireCode` is the protocol's error code, or `deadline` if no reply came in time.
   */
  async command(method: string, params: object, limits: Limits, more: object = {}): Promise<Message> {
    const send = async (): Promise<Message> => await this.#send({ method, params, ...more }, limits);
    if (!isTraced()) return await send();
    const { name, commandName } = this.#protocol;
    return await traced(`${name} ${commandName(method, params)} on ${this.#shown}`, send, () => 'ok');
  }

  async #send(message: { readonly method: string; readonly params: object }, limits: Limits): Promise<Message> {
    const { method } = message;
    const what = `${method} on ${this.#shown}`;
    if (this.#socket.readyState !== WebSocket.OPEN) throw new WireError('ECONNRESET', what, 'the connection is closed');
    return await within(limits, async (signal, cutBy) => {
      const id = ++this.#lastId;
      const { promise, resolve, reject } = withResolvers<Message>();
      this.#pending.set(id, { method, resolve, reject });
      try {
        if (!signal.aborted) this.#socket.send(stringify({ id, ...message }));
        return await untilAborted(promise, signal);
      } catch (error) {
        const by = cutBy();
        throw by === undefined || error instanceof WireError ? error : cutError(by, what, limits);
      } finally {
        this.#pending.delete(id);
      }
    });
  }

  /** Adds a listener for all events that come from now on. */
  onEvent(listener: (event: Event) => void): void {
    this.#listeners.push(listener);
  }

  /** Closes the connection. Pending commands reject. The session goes on. */
  close(): void {
    // The closing handshake would cost a round trip.
    this.#socket.terminate();
  }

  #onMessage(text: string): void {
    const message = messageIn(text);
    // The other end speaks another protocol. An error thrown here would hit whatever code runs at this moment.
    if (message === undefined) return this.close();
    const { id, method, params, result } = message;
    if (typeof method === 'string')
      return this.#tell(this.#protocol.eventIn(method, isObject(params) ? params : {}, message));
    const pending = typeof id === 'number' ? this.#pending.get(id) : undefined;
    if (pending === undefined) return;
    const what = `${pending.method} on ${this.#shown}`;
    const error = this.#protocol.errorIn(message);
    if (error !== undefined) pending.reject(new WireError(error[0], what, error[1]));
    else if (isObject(result)) pending.resolve(result);
    else pending.reject(new WireError(NOT_W3C, what, `a reply without a result: ${text.slice(0, 200)}`));
  }

  /** Passes an event on. An event that a listener cannot read is lost for this listener only. */
  #tell(event: Event): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        if (isTraced())
          trace(`${this.#protocol.name} ${event.method} on ${this.#shown}: a listener threw ${String(error)}`);
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

/** The JSON object in a text; undefined if it is none. */
export function messageIn(text: string): Message | undefined {
  try {
    const message: unknown = parse(text);
    return isObject(message) ? message : undefined;
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A value that should be a text. */
export function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

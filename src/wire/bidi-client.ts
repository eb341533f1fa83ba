import { CommandSocket, textOf, type Message, type SocketProtocol } from './command-socket.ts';
import type { Limits } from './deadline.ts';

/** An event of a session, sent to each connection that has subscribed to it. */
export interface BidiEvent {
  readonly method: string;
  readonly params: Message;
}

const BIDI: SocketProtocol<BidiEvent> = {
  name: 'bidi',
  // With Chrome's own protocol inside, its command too: `goog:cdp.sendCommand Page.captureSnapshot`.
  commandName: (method, params) =>
    method === 'goog:cdp.sendCommand' && 'method' in params ? `${method} ${String(params.method)}` : method,
  eventIn: (method, params) => ({ method, params }),
  errorIn: ({ error, message }) => (typeof error === 'string' ? [error, textOf(message)] : undefined),
};

/** A BiDi connection to one session. Several commands may wait for their replies at the same time. */
export class BidiClient {
  readonly #socket: CommandSocket<BidiEvent>;

  private constructor(socket: CommandSocket<BidiEvent>) {
    this.#socket = socket;
  }

  /** Connects to a URL. Its credentials go into a header. Throws a `WireError`. */
  static async connect(url: string, limits: Limits): Promise<BidiClient> {
    return new BidiClient(await CommandSocket.connect(url, limits, BIDI));
  }

  /** Sends a command and returns its `result`. Throws a `WireError` whose `wireCode` is the BiDi error code. */
  async command(method: string, params: object, limits: Limits): Promise<unknown> {
    return await this.#socket.command(method, params, limits);
  }

  /** Adds a listener for all events that come from now on. `session.subscribe` chooses which ones come. */
  onEvent(listener: (event: BidiEvent) => void): void {
    this.#socket.onEvent(listener);
  }

  /** Closes the connection. Pending commands reject. The session goes on. */
  close(): void {
    this.#socket.close();
  }
}

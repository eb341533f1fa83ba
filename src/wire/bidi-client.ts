import { WebSocket } from 'ws';
import { ABORTED, DEADLINE } from './classify.ts';
import { within, type Limits } from './deadline.ts';
import { authorizationOf, withoutCredentials } from './endpoint.ts';
import { WireError } from './wire-error.ts';

interface Pending {
  readonly method: string;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** What a session tells of by itself, to a connection that has subscribed to it. */
export interface BidiEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
}

/** A BiDi connection to one session. Commands may be sent without waiting for each other; answers find their own. */
export class BidiClient {
  readonly #socket: WebSocket;
  readonly #shown: string;
  readonly #pending = new Map<number, Pending>();
  readonly #listeners: ((event: BidiEvent) => void)[] = [];
  #lastId = 0;

  private constructor(socket: WebSocket, shown: string) {
    this.#socket = socket;
    this.#shown = shown;
    // A socket whose binaryType is not set gives Buffers.
    socket.on('message', (data) => this.#onMessage((data as Buffer).toString()));
    socket.on('close', () => this.#onClose());
    // 'close' follows; without a listener the process would end.
    socket.on('error', () => {});
  }

  /** Connects; credentials in `url` go as a header. Throws a `WireError`. */
  static async connect(url: string, limits: Limits): Promise<BidiClient> {
    const address = new URL(url);
    const authorization = authorizationOf(address);
    address.username = '';
    address.password = '';
    const shown = withoutCredentials(address.href);
    return await within(limits, async (signal, cutBy) => {
      const socket = new WebSocket(address, {
        perMessageDeflate: false,
        ...(authorization === undefined ? {} : { headers: { authorization } }),
      });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const onAbort = (): void => socket.terminate();
      signal.addEventListener('abort', onAbort, { once: true });
      socket.once('open', resolve);
      socket.once('error', reject);
      if (signal.aborted) onAbort();
      try {
        await promise;
      } catch (error) {
        const by = cutBy();
        if (by === 'deadline')
          throw new WireError(DEADLINE, `CONNECT ${shown}`, `no answer in ${limits.deadlineMs} ms`);
        if (by === 'aborted') throw new WireError(ABORTED, `CONNECT ${shown}`, 'stopped before its answer came');
        const code = (error as NodeJS.ErrnoException).code ?? 'EPROTO';
        throw new WireError(code, `CONNECT ${shown}`, (error as Error).message, error);
      } finally {
        signal.removeEventListener('abort', onAbort);
        socket.removeAllListeners();
      }
      return new BidiClient(socket, shown);
    });
  }

  /** Sends a command and gives its `result`. Throws a `WireError`; its `wireCode` is the BiDi error code. */
  async command(method: string, params: object, limits: Limits): Promise<unknown> {
    const what = `${method} on ${this.#shown}`;
    if (this.#socket.readyState !== WebSocket.OPEN) throw new WireError('ECONNRESET', what, 'the connection is closed');
    return await within(limits, async (signal, cutBy) => {
      const id = ++this.#lastId;
      const { promise, resolve, reject } = Promise.withResolvers<unknown>();
      this.#pending.set(id, { method, resolve, reject });
      const onAbort = (): void =>
        cutBy() === 'deadline'
          ? reject(new WireError(DEADLINE, what, `no answer in ${limits.deadlineMs} ms`))
          : reject(new WireError(ABORTED, what, 'stopped before its answer came'));
      signal.addEventListener('abort', onAbort, { once: true });
      if (signal.aborted) onAbort();
      else this.#socket.send(JSON.stringify({ id, method, params }));
      try {
        return await promise;
      } finally {
        this.#pending.delete(id);
        signal.removeEventListener('abort', onAbort);
      }
    });
  }

  /** Hears every event that comes from now on; `session.subscribe` says which do. */
  onEvent(listener: (event: BidiEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Ends the connection; what is pending rejects. The session goes on. */
  close(): void {
    // The closing handshake costs a round trip that nobody needs.
    this.#socket.terminate();
  }

  #onMessage(text: string): void {
    let message: Partial<BidiEvent> & {
      id?: number;
      type?: string;
      result?: unknown;
      error?: string;
      message?: string;
    };
    try {
      message = JSON.parse(text) as typeof message;
    } catch {
      // Whatever speaks there, it is no BiDi; thrown here it would be the fault of whoever runs now.
      return this.close();
    }
    if (message.method !== undefined) {
      const event: BidiEvent = { method: message.method, params: message.params ?? {} };
      for (const listener of this.#listeners) listener(event);
      return;
    }
    const pending = message.id === undefined || message.id === null ? undefined : this.#pending.get(message.id);
    if (pending === undefined) return;
    if (message.error === undefined) pending.resolve(message.result);
    else pending.reject(new WireError(message.error, `${pending.method} on ${this.#shown}`, message.message ?? ''));
  }

  #onClose(): void {
    for (const { method, reject } of this.#pending.values()) {
      reject(
        new WireError('ECONNRESET', `${method} on ${this.#shown}`, 'the connection was closed before the answer came'),
      );
    }
    this.#pending.clear();
  }
}

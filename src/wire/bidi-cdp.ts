import { fieldsOf } from './answer-fields.ts';
import type { BidiClient, BidiEvent } from './bidi-client.ts';
import type { Limits } from './deadline.ts';

/** An event of Chrome's own protocol, passed on by BiDi. */
export interface CdpEvent {
  readonly method: string;
  readonly params: Readonly<Record<string, unknown>>;
  /** The CDP session of the tab or worker that sent it. */
  readonly session: string;
}

/** Chrome's own protocol over the BiDi connection, the only way to it that works through every grid. */
export class BidiCdp {
  readonly #client: BidiClient;
  readonly #limits: Limits;

  constructor(client: BidiClient, limits: Limits) {
    this.#client = client;
    this.#limits = limits;
  }

  /** Returns the CDP session of a tab. Throws a `WireError`. */
  async sessionOf(context: string): Promise<string> {
    const answer = await this.#client.command('goog:cdp.getSession', { context }, this.#limits);
    return fieldsOf<{ session: string }>(answer).session ?? '';
  }

  /** Sends a command to a tab or worker, or without `session` to the browser. Returns its result. Throws a `WireError`. */
  async send(method: string, params: object, session?: string): Promise<unknown> {
    const sent = { method, params, ...(session === undefined ? {} : { session }) };
    const answer = await this.#client.command('goog:cdp.sendCommand', sent, this.#limits);
    return fieldsOf<{ result: unknown }>(answer).result;
  }

  /** Sends any other BiDi command. Throws a `WireError`. */
  async bidi(method: string, params: object): Promise<unknown> {
    return await this.#client.command(method, params, this.#limits);
  }

  /**
   * Subscribes to events of CDP, named without their prefix, and of BiDi, named in full. Returns a function that ends the
   * subscription. Throws a `WireError`.
   */
  async subscribe(events: readonly string[], listener: (event: CdpEvent) => void): Promise<() => Promise<void>> {
    let ended = false;
    this.#client.onEvent((event) => {
      if (!ended) listener(unwrapped(event));
    });
    const names = events.map((name) => (/^[A-Z]/.test(name) ? `goog:cdp.${name}` : name));
    const { subscription } = fieldsOf<{ subscription: string }>(
      await this.bidi('session.subscribe', { events: names }),
    );
    return async () => {
      await this.bidi('session.unsubscribe', { subscriptions: [subscription] });
      ended = true;
    };
  }
}

function unwrapped({ method, params }: BidiEvent): CdpEvent {
  if (!method.startsWith('goog:cdp.')) return { method, params, session: '' };
  return {
    method: method.slice('goog:cdp.'.length),
    params: (params['params'] ?? {}) as CdpEvent['params'],
    session: params['session'] as string,
  };
}

import type { Limits } from './deadline.ts';
import { parseEndpoint, type Endpoint } from './endpoint.ts';
import { exchange } from './http.ts';
import { w3cValueOf } from './w3c-reply.ts';
import { stringify } from '../os/real-builtins.ts';

/** Sends W3C commands. It repeats only a GET whose connection was reset. */
export class WireClient {
  readonly endpoint: Endpoint;

  /** `url` may have credentials. Throws a refusal if it is not the URL of a server. */
  constructor(url: string) {
    this.endpoint = parseEndpoint(url);
  }

  /**
   * Sends a command below the endpoint and returns the reply's `value`.
   * Throws a `WireError` whose `wireCode` is the W3C error code, or says why there was no reply.
   */
  async send(method: 'GET' | 'POST' | 'DELETE', path: string, body: unknown, limits: Limits): Promise<unknown> {
    // A POST needs a body, even if it is an empty object.
    const text = method === 'POST' ? stringify(body ?? {}) : undefined;
    const reply = await exchange(this.endpoint, { method, path, body: text }, limits);
    return w3cValueOf(reply, `${method} ${this.endpoint.shown}${path}`);
  }
}

import { parseEndpoint, type Endpoint } from './endpoint.ts';
import { exchange } from './http.ts';
import { w3cBodyOf } from './w3c-reply.ts';
import { RevokedError } from './wire-error.ts';
import { AbortController, stringify } from '../os/real-builtins.ts';

/** Nobody reads it. Without a reason, each attempt would make an error with a stack. */
const REVOKED = 'revoked';

/** What selenium-webdriver's Executor passes to its client. */
export interface DriverRequest {
  readonly method: string;
  readonly path: string;
  readonly data?: unknown;
}

/** What selenium-webdriver's Executor expects back. */
export interface DriverResponse {
  readonly status: number;
  readonly headers: Map<string, string>;
  readonly body: string;
}

export interface ExecutionClientOptions {
  /** `SessionFacts.endpoint` */
  readonly endpoint: string;
  /** For each command. Longer than the browser's own page-load and script time-outs. */
  readonly deadlineMs: number;
  /** Called with each request before it is sent. */
  readonly onRequest?: (request: DriverRequest) => void;
}

/**
 * The client below a check's WebDriver: `new WebDriver(new Session(id, caps), new Executor(client))`. Unlike
 * selenium-webdriver's own client it has a deadline, repeats no POST, and ends with its attempt.
 */
export class ExecutionClient {
  readonly #endpoint: Endpoint;
  readonly #deadlineMs: number;
  readonly #onRequest: (request: DriverRequest) => void;
  readonly #revocation = new AbortController();

  constructor({ endpoint, deadlineMs, onRequest = () => {} }: ExecutionClientOptions) {
    this.#endpoint = parseEndpoint(endpoint);
    this.#deadlineMs = deadlineMs;
    this.#onRequest = onRequest;
  }

  /** Ends the use of the session: pending and later commands reject with a `RevokedError`. */
  revoke(): void {
    this.#revocation.abort(REVOKED);
  }

  /** The contract of selenium-webdriver's `http.Client`. Throws a `RevokedError` or a `WireError`. */
  async send(request: DriverRequest): Promise<DriverResponse> {
    this.#refuseRevoked(request);
    this.#onRequest(request);
    const hasBody = request.method === 'POST' || request.method === 'PUT';
    const { method, path } = request;
    const body = hasBody ? stringify(request.data ?? {}) : undefined;
    const limits = { deadlineMs: this.#deadlineMs, signal: this.#revocation.signal };
    try {
      const reply = await exchange(this.#endpoint, { method, path, body }, limits);
      // A reply that arrives in the same turn as the end is late too.
      this.#refuseRevoked(request);
      // selenium-webdriver would take a proxy's page for the driver's own words, and some of them for a success.
      w3cBodyOf(reply, `${method} ${this.#endpoint.shown}${path}`);
      const headers = Object.entries(reply.headers).map(([name, value]): [string, string] => [name, String(value)]);
      return { status: reply.status, headers: new Map(headers), body: reply.text };
    } catch (error) {
      this.#refuseRevoked(request);
      throw error;
    }
  }

  #refuseRevoked({ method, path }: DriverRequest): void {
    if (this.#revocation.signal.aborted) throw new RevokedError(`${method} ${path.replace(/^\/session\/[^/]+/, '')}`);
  }
}

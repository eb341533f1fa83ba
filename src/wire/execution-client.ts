import { parseEndpoint, type Endpoint } from './endpoint.ts';
import { exchange } from './http.ts';
import { RevokedError } from './wire-error.ts';

/** What selenium-webdriver's Executor hands to its client. */
export interface DriverRequest {
  readonly method: string;
  readonly path: string;
  readonly data?: unknown;
}

export interface DriverResponse {
  readonly status: number;
  readonly headers: Map<string, string>;
  readonly body: string;
}

/** What becomes of a command: it goes to the browser, or gets this value as its answer. */
export type CommandFate = 'send' | { readonly answer: unknown };

export interface ExecutionClientOptions {
  /** `SessionFacts.endpoint` */
  readonly endpoint: string;
  /** For each command: more than the browser's own page-load and script time-outs. */
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
  /** Asked before each command. May send commands of its own, not through this client. */
  readonly onCommand?: (method: string, path: string) => CommandFate | Promise<CommandFate>;
}

/**
 * The client below a check's WebDriver: `new WebDriver(new Session(id, caps), new Executor(client))`. Unlike
 * selenium-webdriver's own it has a deadline and a signal, repeats no POST, and ends with its attempt.
 */
export class ExecutionClient {
  readonly #endpoint: Endpoint;
  readonly #options: ExecutionClientOptions;
  readonly #revocation = new AbortController();
  #revokedBecause: string | undefined;
  #pendingCount = 0;

  constructor(options: ExecutionClientOptions) {
    this.#options = options;
    this.#endpoint = parseEndpoint(options.endpoint);
    const { signal } = options;
    if (signal === undefined) return;
    const onAbort = (): void => this.revoke('its attempt was stopped');
    if (signal.aborted) onAbort();
    else {
      signal.addEventListener('abort', onAbort, { once: true });
      this.#revocation.signal.addEventListener('abort', () => signal.removeEventListener('abort', onAbort), {
        once: true,
      });
    }
  }

  /** Commands that were sent and have no answer yet. */
  get pendingCount(): number {
    return this.#pendingCount;
  }

  get revoked(): boolean {
    return this.#revokedBecause !== undefined;
  }

  /**
   * Ends the use of the session: pending and later commands reject with a `RevokedError`.
   * `because` goes into its message: `GET /url came after <because>`.
   */
  revoke(because = 'its site had ended'): void {
    if (this.#revokedBecause !== undefined) return;
    this.#revokedBecause = because;
    this.#revocation.abort();
  }

  /** The contract of selenium-webdriver's `http.Client`. */
  async send(request: DriverRequest): Promise<DriverResponse> {
    this.#refuseRevoked(request);
    this.#pendingCount += 1;
    try {
      const fate = (await this.#options.onCommand?.(request.method, request.path)) ?? 'send';
      this.#refuseRevoked(request);
      if (fate !== 'send')
        return { status: 200, headers: new Map(), body: JSON.stringify({ value: fate.answer ?? null }) };
      const body =
        request.method === 'POST' || request.method === 'PUT' ? JSON.stringify(request.data ?? {}) : undefined;
      const reply = await exchange(this.#endpoint, request.method, request.path, body, {
        deadlineMs: this.#options.deadlineMs,
        signal: this.#revocation.signal,
      });
      // An answer that came in the same turn as the end is late too.
      this.#refuseRevoked(request);
      const headers = Object.entries(reply.headers).map(([name, value]): [string, string] => [name, String(value)]);
      return { status: reply.status, headers: new Map(headers), body: reply.text };
    } catch (error) {
      this.#refuseRevoked(request);
      throw error;
    } finally {
      this.#pendingCount -= 1;
    }
  }

  #refuseRevoked(request: DriverRequest): void {
    if (this.#revokedBecause === undefined) return;
    throw new RevokedError(`${request.method} ${request.path.replace(/^\/session\/[^/]+/, '')}`, this.#revokedBecause);
  }
}

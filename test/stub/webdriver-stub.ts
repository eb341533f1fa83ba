import { once } from 'node:events';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { attachBidi } from './stub-bidi.ts';
import { keyOf, runCommand } from './stub-commands.ts';
import type { StubPages } from './stub-commands.ts';
import { StubGrid } from './stub-grid.ts';
import type { StubGridOptions, StubSession } from './stub-grid.ts';
import { W3cError } from './w3c-error.ts';

/** A request as the fault and latency hooks see it. */
export interface StubRequest {
  readonly method: string;
  readonly path: string;
  /** The command with stars for ids: `POST session`, `POST url`, `DELETE session`, `GET status`, … */
  readonly command: string;
  readonly sessionId: string | undefined;
  /** The session's URL before the command; a navigation's target is `body.url`. */
  readonly url: string | undefined;
  readonly body: Readonly<Record<string, unknown>>;
  /** How many commands the session had before this one. */
  readonly commandCount: number;
}

/**
 * What goes wrong with a request: an answer of its own (JSON, or any text; with `done`, the command is carried out
 * first), `reset` (the connection, nothing done), `hang` (no answer, and
 * the session's later commands wait behind it), `lost-answer` (done, but the connection drops), `no-answer` (done, but
 * the answer never comes; later commands go on), `kill-session` (the session ends before the command; one that is being
 * made ends right after its answer).
 */
export type StubFault = StubAnswer | 'reset' | 'hang' | 'lost-answer' | 'no-answer' | 'kill-session';

/** An answer that a real grid would not give. */
export interface StubAnswer {
  readonly status: number;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Sent as it is, instead of a body. */
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly done?: boolean;
}

export interface StubOptions extends Partial<StubGridOptions> {
  readonly port?: number;
  readonly host?: string;
  /** How long a command takes: a number for all, or by command. */
  readonly latencyMs?: number | ((request: StubRequest) => number);
  /** A command that is to be answered when something has happened, and no sooner. */
  readonly hold?: (request: StubRequest) => Promise<void> | undefined;
  readonly faults?: (request: StubRequest) => StubFault | undefined;
  readonly pages?: StubPages;
  /** Gives a `webSocketUrl` and `se:cdp` to sessions that ask for the first; their host is `hub`, a name that only the grid knows. */
  readonly bidi?: boolean;
  /** A frame to send over BiDi instead of the reply to a command. */
  readonly bidiFrame?: (method: string, id: number) => string | undefined;
  /** What Chrome lists for an extension that was installed over BiDi: the name and the version in its manifest. */
  readonly extension?: { readonly name: string; readonly version: string };
  /** Events that a session sends over BiDi, before its next reply to `session.status`. */
  readonly bidiEvents?: (session: StubSession) => readonly { method: string; params: object }[];
  /** `user:password` that every request must bring as basic auth. */
  readonly auth?: string;
}

export interface StubStats {
  requests: number;
  /** How often each command was asked for. */
  readonly commands: Record<string, number>;
  /** How many requests the fault hook changed. */
  faults: number;
  readonly sessionsCreated: number;
  readonly sessionsEnded: number;
  readonly maxConcurrentSessions: number;
  readonly maxQueued: number;
}

export interface Stub {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  readonly stats: StubStats;
  readonly grid: StubGrid;
  /** The sessions that live now. */
  sessions(): StubSession[];
  /** Ends a session as if its browser had died; false where there is none. */
  killSession(id: string): boolean;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a hub that answers as Selenium Grid 4 does, without any browser. Needs `stop()`. */
export async function startStub(options: StubOptions = {}): Promise<Stub> {
  const grid = new StubGrid({
    nodes: options.nodes ?? 1,
    sessionsPerNode: options.sessionsPerNode ?? 4,
    queueLimit: options.queueLimit ?? Infinity,
    queueTimeoutMs: options.queueTimeoutMs ?? 300_000,
    sessionTimeoutMs: options.sessionTimeoutMs ?? 300_000,
    externalUris: options.externalUris ?? false,
  });
  const stats: StubStats = {
    requests: 0,
    commands: {},
    faults: 0,
    get sessionsCreated() {
      return grid.createdCount;
    },
    get sessionsEnded() {
      return grid.endedCount;
    },
    get maxConcurrentSessions() {
      return grid.maxConcurrentSessions;
    },
    get maxQueued() {
      return grid.maxQueued;
    },
  };
  const stopping = new AbortController();
  const hub = new Hub(grid, stats, options, stopping.signal);
  const server = createServer((request, response) => void hub.serve(request, response));
  server.keepAliveTimeout = 60_000;
  const bidi = options.bidi ? attachBidi(server, grid, options) : undefined;
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1', 4096);
  await once(server, 'listening');
  const stop = async (): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    bidi?.close();
    grid.close();
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stats,
    grid,
    sessions: () => [...grid.sessions.values()],
    killSession(id) {
      const session = grid.sessions.get(id);
      if (session) grid.end(session);
      return session !== undefined;
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

class Hub {
  readonly #grid: StubGrid;
  readonly #stats: StubStats;
  readonly #options: StubOptions;
  readonly #stopping: AbortSignal;

  constructor(grid: StubGrid, stats: StubStats, options: StubOptions, stopping: AbortSignal) {
    this.#grid = grid;
    this.#stats = stats;
    this.#options = options;
    this.#stopping = stopping;
  }

  async serve(message: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await bodyOf(message);
      const path = (message.url ?? '/').split('?')[0] ?? '/';
      const words = path.split('/').filter((word) => word !== '');
      if (words[0] === 'wd' && words[1] === 'hub') words.splice(0, 2);
      await this.#answer(message, response, path, words, body);
    } catch (error) {
      if (error instanceof W3cError) send(response, error.status, error.body);
      else if (!message.destroyed) send(response, 500, new W3cError('unknown error', String(error)).body);
    }
  }

  async #answer(
    message: IncomingMessage,
    response: ServerResponse,
    path: string,
    words: string[],
    body: Record<string, unknown>,
  ): Promise<void> {
    this.#stats.requests += 1;
    if (path === '/stub/stats') return send(response, 200, { ...this.#stats, open: this.#grid.sessions.size });
    const auth = this.#options.auth;
    if (auth !== undefined && message.headers.authorization !== `Basic ${Buffer.from(auth).toString('base64')}`) {
      response.setHeader('www-authenticate', 'Basic realm="selenium-server"');
      return send(response, 401, '');
    }
    const method = message.method ?? 'GET';
    const session = words[0] === 'session' && words[1] !== undefined ? this.#grid.sessions.get(words[1]) : undefined;
    const command =
      words[0] === 'session' && words.length > 2 ? keyOf(method, words.slice(2)) : `${method} ${words[0] ?? ''}`;
    this.#stats.commands[command] = (this.#stats.commands[command] ?? 0) + 1;
    const request: StubRequest = {
      method,
      path,
      command,
      sessionId: words[1],
      url: session?.url,
      body,
      commandCount: session?.commandCount ?? 0,
    };
    const fault = this.#options.faults?.(request);
    if (fault !== undefined) this.#stats.faults += 1;
    if (typeof fault === 'object' && fault.done !== true) return sendAnswer(response, fault);
    if (fault === 'reset') return void message.socket.resetAndDestroy();
    const value = await this.#perform(request, words, session, typeof fault === 'object' ? undefined : fault);
    if (typeof fault === 'object') return sendAnswer(response, fault);
    if (fault === 'no-answer') return await this.#forever();
    if (fault === 'lost-answer') return void message.socket.destroy();
    send(response, 200, { value });
    if (fault === 'kill-session' && command === 'POST session') this.#killNew(value);
  }

  async #perform(
    request: StubRequest,
    words: string[],
    session: StubSession | undefined,
    fault: StubFault | undefined,
  ): Promise<unknown> {
    const { command } = request;
    if (words[0] !== 'session') {
      if (fault === 'hang') await this.#forever();
      await this.#latency(request);
      if (command === 'GET status') return this.#grid.status();
      throw new W3cError('unknown command', `Unable to find handler for (${request.method}) ${request.path}`);
    }
    if (words.length === 1) {
      if (fault === 'hang') await this.#forever();
      return this.#open(request);
    }
    if (session === undefined) throw noSession(words[1] ?? '');
    if (fault === 'kill-session') this.#grid.end(session);
    session.commandCount += 1;
    if (command === 'DELETE session') {
      if (fault === 'hang') await this.#forever();
      await this.#latency(request);
      this.#grid.end(session);
      return null;
    }
    return this.#inTurn(session, request, words.slice(2), fault);
  }

  /** A browser does one command after the other: one that hangs holds those behind it. */
  async #inTurn(
    session: StubSession,
    request: StubRequest,
    words: string[],
    fault: StubFault | undefined,
  ): Promise<unknown> {
    const before = session.busy;
    const done = Promise.withResolvers<void>();
    session.busy = done.promise;
    try {
      await Promise.race([before, session.whenEnded]);
      if (fault === 'hang' && !session.ended) await Promise.race([this.#forever(), session.whenEnded]);
      if (!session.ended) await this.#latency(request);
      if (session.ended) throw noSession(session.id);
      const value = runCommand(session, request.method, words, request.body, this.#options.pages ?? {});
      // The last window takes the session with it, as with chromedriver.
      if (session.windows.size === 0) this.#grid.end(session);
      return value;
    } finally {
      done.resolve();
    }
  }

  async #open(request: StubRequest): Promise<unknown> {
    if (request.method !== 'POST')
      throw new W3cError('unknown command', `Unable to find handler for (${request.method}) ${request.path}`);
    const asked = request.body['capabilities'] as { alwaysMatch?: object; firstMatch?: object[] } | undefined;
    if (asked === undefined) throw new W3cError('session not created', 'Missing or malformed capabilities');
    const wanted = { ...asked.alwaysMatch, ...asked.firstMatch?.[0] } as Record<string, unknown>;
    const browser = wanted['browserName'];
    if (browser !== undefined && browser !== 'chrome') {
      throw new W3cError(
        'session not created',
        `Could not start a new session. No nodes support the capabilities in the request: browserName ${JSON.stringify(browser)}`,
      );
    }
    const session = await this.#grid.open(wanted);
    await this.#latency(request);
    if (session.ended) throw new W3cError('session not created', 'Could not start a new session. The node went away');
    const bidi = this.#options.bidi && wanted['webSocketUrl'] === true;
    const inner = `ws://hub:4444/session/${session.id}/se`;
    const capabilities = bidi
      ? { ...session.capabilities, 'se:bidiEnabled': true, webSocketUrl: `${inner}/bidi`, 'se:cdp': `${inner}/cdp` }
      : session.capabilities;
    return { sessionId: session.id, capabilities };
  }

  #killNew(value: unknown): void {
    const session = this.#grid.sessions.get((value as { sessionId: string }).sessionId);
    if (session) this.#grid.end(session);
  }

  async #latency(request: StubRequest): Promise<void> {
    await this.#options.hold?.(request);
    const latency = this.#options.latencyMs ?? 0;
    const ms = typeof latency === 'number' ? latency : latency(request);
    if (ms <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    setTimeout(resolve, ms).unref();
    await promise;
  }

  /** Resolves when the stub stops, so that nothing is left behind. */
  async #forever(): Promise<void> {
    if (!this.#stopping.aborted) await once(this.#stopping, 'abort');
  }
}

function noSession(id: string): W3cError {
  return new W3cError('invalid session id', `Unable to find session with ID: ${id}`);
}

async function bodyOf(message: IncomingMessage): Promise<Record<string, unknown>> {
  if (message.method !== 'POST') return {};
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  if (chunks.length === 0) return {};
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
  } catch {
    throw new W3cError('invalid argument', 'The body is not JSON');
  }
}

function send(response: ServerResponse, status: number, body: unknown): void {
  sendAnswer(response, { status, body });
}

function sendAnswer(response: ServerResponse, answer: StubAnswer): void {
  if (response.destroyed || response.headersSent) return;
  const text = answer.text ?? JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'content-type': answer.text === undefined ? 'application/json; charset=utf-8' : 'text/html',
    'cache-control': 'no-cache',
    'content-length': Buffer.byteLength(text),
    ...answer.headers,
  });
  response.end(text);
}

import { randomUUID } from 'node:crypto';
import { W3cError } from './w3c-error.ts';

/** A cookie as WebDriver has it. */
export interface StubCookie {
  readonly name: string;
  readonly value: string;
  readonly [field: string]: unknown;
}

/** One session of the stub, with all the state that its commands read and write. */
export interface StubSession {
  readonly id: string;
  /** `se:name`, empty where the client gave none. */
  readonly name: string;
  readonly nodeId: string;
  readonly capabilities: Readonly<Record<string, unknown>>;
  readonly startedAt: Date;
  /** The URL of the current window. */
  url: string;
  /** Counts navigations; elements found before the last one are stale. */
  page: number;
  cookies: StubCookie[];
  /** Each window's URL by its handle. */
  readonly windows: Map<string, string>;
  currentWindow: string;
  rect: { x: number; y: number; width: number; height: number };
  timeouts: Record<string, number>;
  /** Every URL it was sent to, in order. */
  readonly visited: string[];
  /** What was typed into the fields of the page, by their selectors. */
  readonly typed: Map<string, string>;
  /** The selector of the field that has the focus. */
  focused: string;
  /** The ids of the extensions that were installed in it. */
  readonly extensions: Set<string>;
  commandCount: number;
  ended: boolean;
  /** What is being done; a browser does one command after the other. */
  busy: Promise<void>;
  readonly whenEnded: Promise<void>;
  readonly announceEnd: () => void;
}

interface Slot {
  readonly id: string;
  session: StubSession | null;
  lastStarted: Date;
}

interface Node {
  readonly id: string;
  readonly uri: string;
  readonly slots: Slot[];
  draining: boolean;
}

interface Waiting {
  readonly capabilities: Record<string, unknown>;
  readonly resolve: (session: StubSession) => void;
  readonly reject: (error: W3cError) => void;
  readonly timer: NodeJS.Timeout;
}

/** What a stub's grid looks like. */
export interface StubGridOptions {
  readonly nodes: number;
  readonly sessionsPerNode: number;
  /** More requests than this wait at once: `session not created`. */
  readonly queueLimit: number;
  /** How long a request may wait for a slot. */
  readonly queueTimeoutMs: number;
  /** What nodes say in their `sessionTimeout`. They do not end a session after it. */
  readonly sessionTimeoutMs: number;
  /** Whether nodes say an `externalUri` too. */
  readonly externalUris: boolean;
}

export const STEREOTYPE = {
  browserName: 'chrome',
  'goog:chromeOptions': { binary: '/usr/bin/chromium' },
  platformName: 'linux',
  'se:webDriverExecutable': '/usr/bin/chromedriver',
};

/** The slots of a grid that does not exist, with the queue before them. A request whose client has gone is still served, as a real hub does. */
export class StubGrid {
  readonly sessions = new Map<string, StubSession>();
  maxConcurrentSessions = 0;
  createdCount = 0;
  endedCount = 0;
  maxQueued = 0;
  readonly #options: StubGridOptions;
  readonly #nodes: Node[];
  readonly #queue: Waiting[] = [];

  constructor(options: StubGridOptions) {
    this.#options = options;
    this.#nodes = Array.from({ length: options.nodes }, (_, index) => this.#node(index));
  }

  #node(index: number): Node {
    const slot = (): Slot => ({ id: randomUUID(), session: null, lastStarted: new Date(0) });
    const uri = `http://172.18.${Math.floor(index / 250)}.${(index % 250) + 2}:5555`;
    return {
      id: randomUUID(),
      uri,
      slots: Array.from({ length: this.#options.sessionsPerNode }, slot),
      draining: false,
    };
  }

  /** Gives a session, at once or when its turn in the queue comes; rejects with `session not created`. */
  open(capabilities: Record<string, unknown>): Promise<StubSession> {
    if (this.#queue.length === 0) {
      const session = this.#start(capabilities);
      if (session !== undefined) return Promise.resolve(session);
    }
    if (this.#queue.length >= this.#options.queueLimit) {
      return Promise.reject(new W3cError('session not created', 'Could not start a new session. The queue is full.'));
    }
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#queue.splice(this.#queue.indexOf(waiting), 1);
        reject(new W3cError('session not created', 'Could not start a new session. New session request timed out'));
      }, this.#options.queueTimeoutMs);
      const waiting: Waiting = { capabilities, resolve, reject, timer };
      this.#queue.push(waiting);
      this.maxQueued = Math.max(this.maxQueued, this.#queue.length);
    });
  }

  /** Ends a session and gives its slot to the first that waits. */
  end(session: StubSession): void {
    if (session.ended) return;
    session.ended = true;
    session.announceEnd();
    this.sessions.delete(session.id);
    this.endedCount += 1;
    for (const node of this.#nodes) {
      for (const slot of node.slots) if (slot.session === session) slot.session = null;
    }
    this.#serveQueue();
  }

  /** A node leaves the grid with all its sessions; gives how many there were. */
  killNode(nodeId: string): number {
    const index = this.#nodes.findIndex((node) => node.id === nodeId);
    const [node] = index < 0 ? [] : this.#nodes.splice(index, 1);
    const lost = (node?.slots ?? []).flatMap((slot) => slot.session ?? []);
    for (const session of lost) this.end(session);
    return lost.length;
  }

  /** A new node joins the grid; gives its id. */
  addNode(): string {
    const node = this.#node(this.#nodes.length + 100);
    this.#nodes.push(node);
    this.#serveQueue();
    return node.id;
  }

  /** A node takes no more sessions and says DRAINING. */
  drainNode(nodeId: string): void {
    const node = this.#nodes.find((candidate) => candidate.id === nodeId);
    if (node) node.draining = true;
  }

  nodeIds(): string[] {
    return this.#nodes.map((node) => node.id);
  }

  get queueLength(): number {
    return this.#queue.length;
  }

  /** Rejects all that wait, so that no timer is left. */
  close(): void {
    for (const waiting of this.#queue.splice(0)) {
      clearTimeout(waiting.timer);
      waiting.reject(new W3cError('session not created', 'The grid is shutting down'));
    }
    for (const session of this.sessions.values()) this.end(session);
  }

  #serveQueue(): void {
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const session = this.#start(first.capabilities);
      if (session === undefined) return;
      this.#queue.shift();
      clearTimeout(first.timer);
      first.resolve(session);
    }
  }

  /** Takes a free slot of the least busy node. */
  #start(asked: Record<string, unknown>): StubSession | undefined {
    const free = (node: Node): number =>
      node.draining ? 0 : node.slots.filter((slot) => slot.session === null).length;
    const node = this.#nodes.reduce<Node | undefined>(
      (best, next) => (free(next) > (best ? free(best) : 0) ? next : best),
      undefined,
    );
    const slot = node?.slots.find((candidate) => candidate.session === null);
    if (node === undefined || slot === undefined) return undefined;
    const session = newSession(asked, node.id);
    slot.session = session;
    slot.lastStarted = session.startedAt;
    this.sessions.set(session.id, session);
    this.createdCount += 1;
    this.maxConcurrentSessions = Math.max(this.maxConcurrentSessions, this.sessions.size);
    return session;
  }

  /** `GET /status` as Selenium Grid 4.48 answers it. */
  status(): unknown {
    const ready = this.#nodes.some((node) => !node.draining);
    return {
      nodes: this.#nodes.map((node) => ({
        osInfo: { version: '6.1.0', arch: 'amd64', name: 'Linux' },
        uri: node.uri,
        ...(this.#options.externalUris ? { externalUri: `${node.uri}/external` } : {}),
        heartbeatPeriod: 60000,
        slots: node.slots.map((slot) => ({
          id: { hostId: node.id, id: slot.id },
          lastStarted: slot.lastStarted.toISOString(),
          session: slot.session && {
            capabilities: slot.session.capabilities,
            sessionId: slot.session.id,
            start: slot.session.startedAt.toISOString(),
            stereotype: STEREOTYPE,
            uri: node.uri,
          },
          stereotype: STEREOTYPE,
        })),
        id: node.id,
        sessionTimeout: this.#options.sessionTimeoutMs,
        version: '4.48.0 (stub)',
        availability: node.draining ? 'DRAINING' : 'UP',
        maxSessions: node.slots.length,
      })),
      message: ready ? 'Selenium Grid ready.' : 'Selenium Grid not ready.',
      ready,
    };
  }
}

function newSession(asked: Record<string, unknown>, nodeId: string): StubSession {
  const id = randomUUID().replaceAll('-', '');
  const window = randomUUID().replaceAll('-', '').toUpperCase();
  const ended = Promise.withResolvers<void>();
  const timeouts = { implicit: 0, pageLoad: 300000, script: 30000, ...(asked['timeouts'] as object | undefined) };
  const name = asked['se:name'];
  return {
    id,
    name: typeof name === 'string' ? name : '',
    nodeId,
    capabilities: {
      ...STEREOTYPE,
      acceptInsecureCerts: false,
      browserVersion: '156.0.8078.79',
      chrome: { chromedriverVersion: '156.0.8078.79 (stub)', userDataDir: `/tmp/stub-${id}` },
      'goog:chromeOptions': { debuggerAddress: 'localhost:40000' },
      pageLoadStrategy: asked['pageLoadStrategy'] ?? 'normal',
      proxy: {},
      'se:bidiEnabled': false,
      ...Object.fromEntries(Object.entries(asked).filter(([key]) => key.startsWith('se:'))),
      setWindowRect: true,
      strictFileInteractability: false,
      timeouts,
      unhandledPromptBehavior: asked['unhandledPromptBehavior'] ?? 'dismiss and notify',
    },
    startedAt: new Date(),
    get url() {
      return this.windows.get(this.currentWindow) ?? '';
    },
    set url(url: string) {
      this.windows.set(this.currentWindow, url);
    },
    page: 0,
    typed: new Map(),
    focused: '',
    extensions: new Set(),
    cookies: [],
    windows: new Map([[window, 'about:blank']]),
    currentWindow: window,
    rect: { x: 0, y: 0, width: 1200, height: 900 },
    timeouts,
    visited: [],
    commandCount: 0,
    ended: false,
    busy: Promise.resolve(),
    whenEnded: ended.promise,
    announceEnd: ended.resolve,
  };
}

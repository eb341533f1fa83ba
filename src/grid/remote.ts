import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Grid, OwnedSession, SessionRequest } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { mergeCapabilities } from './capabilities.ts';
import { autoCapacity, freeSlots, readGridStatus, type GridStatus } from './grid-status.ts';
import { siteFlags, withChromeFlags, type ChromeFlag } from './chrome-flags.ts';
import { whyElsewhere } from './loopback.ts';
import { SessionRegistry, type SessionBook } from './registry.ts';
import { RemoteSessions, type Opened } from './remote-sessions.ts';
import { sessionFacts } from './session-facts.ts';
import { StraySessions } from './stray-sessions.ts';

export interface RemoteGridOptions {
  readonly sessions: number | 'auto';
  readonly headed?: boolean | undefined;
  readonly registry?: SessionBook | undefined;
  /** The capabilities of the run. `capacity` counts the slots that match them; each request brings its own. */
  readonly capabilities?: Readonly<Record<string, unknown>> | undefined;
  /** The deadline of a `POST /session`. Longer than the Grid's queue time-out (by default 300 s) and a start. */
  readonly openDeadlineMs?: number;
  /** The URLs of the list. A browser of gridrun's own image must let those in private networks through. */
  readonly siteUrls?: Iterable<string>;
  /**
   * The grid is in containers that gridrun looks after. It does not scale on its queue, so no request waits there for
   * longer than the run: the grid would open its session at the end, for nobody. And it comes back when it was lost.
   */
  readonly isKept?: boolean;
  /** Aborts when the server is gone for good. Then nothing is waited for, and no session is searched. */
  readonly gone?: AbortSignal;
  /** How long to search for a session whose `POST /session` got no reply. */
  readonly lostSearchMs?: number;
}

const OPEN_DEADLINE_MS = 390_000;
const LOST_SEARCH_MS = 20_000;
const STATUS_DEADLINE_MS = 10_000;
const COMMAND_DEADLINE_MS = 30_000;
/** How long the grid's end waits for sessions that were requested but are no longer wanted. */
const BACKGROUND_DEADLINE_MS = 30_000;
const FORGOTTEN_DEADLINE_MS = 3000;
/** No known server ends a session that gets a command this often. Hosted grids allow from 90 s on. */
const KEEP_ALIVE_MS = 30_000;
/** How many commands a session gets within its node's own limit. */
const KEEP_ALIVES = 3;
/** How often to ask for another session if the node of the first one has just failed. */
const OTHER_NODE_TRIES = 2;

/**
 * Any W3C WebDriver endpoint. On a Selenium Grid gridrun also reads slots and nodes, and finds lost sessions.
 * `url` may hold credentials. Throws a refusal if it is not the URL of a server.
 */
export function remoteGrid(url: string, options: RemoteGridOptions): Grid {
  return new RemoteGrid(url, options);
}

/** Where a session was opened. */
interface FoundPlace {
  readonly node: string;
  /** Whether a session on another node would be better. */
  readonly another: boolean;
  readonly keepAliveMs: number;
}

class RemoteGrid implements Grid {
  readonly name: string;
  readonly #url: string;
  readonly #client: WireClient;
  readonly #options: RemoteGridOptions;
  readonly #sessions: RemoteSessions;
  readonly #strays: StraySessions;
  readonly #siteFlags: readonly ChromeFlag[];
  readonly #owned = new Set<OwnedSession>();
  readonly #disposal: AbortController;
  /** Whether the endpoint is a Selenium Grid; undefined before the first status. */
  #isGrid: boolean | undefined;

  constructor(url: string, options: RemoteGridOptions) {
    this.#client = new WireClient(url);
    const disposal = new AbortController();
    this.#disposal = disposal;
    this.#url = url;
    this.name = this.#client.endpoint.shown;
    this.#options = options;
    this.#siteFlags = siteFlags(options.siteUrls ?? []);
    const registry = options.registry ?? new SessionRegistry();
    this.#strays = new StraySessions(this.#client, registry);
    this.#sessions = new RemoteSessions({
      client: this.#client,
      registry,
      strays: this.#strays,
      headed: options.headed ?? false,
      openDeadlineMs: options.openDeadlineMs ?? OPEN_DEADLINE_MS,
      lostSearchMs: options.lostSearchMs ?? LOST_SEARCH_MS,
      disposal: options.gone === undefined ? disposal.signal : AbortSignal.any([disposal.signal, options.gone]),
    });
  }

  async capacity(signal: AbortSignal): Promise<number> {
    const { sessions, capabilities = {}, isKept = false } = this.#options;
    if (sessions !== 'auto') {
      // A fixed number needs no status. The first one is read to report soon that there is no grid, later ones that it is
      // back.
      await (isKept ? this.#status(signal) : this.#knowsGrid(signal));
      return sessions;
    }
    const status = await this.#status(signal);
    if (!status.isGrid) return availableParallelism();
    const wanted = mergeCapabilities({ browserName: 'chrome' }, capabilities);
    const own = { open: this.#owned.size, asked: this.#sessions.askedCount, spare: isKept ? 0 : 1 };
    return autoCapacity(status, wanted, own);
  }

  async openSession(asked: SessionRequest): Promise<OwnedSession> {
    const request = { ...asked, capabilities: withChromeFlags(asked.capabilities, this.#siteFlags) };
    const isGrid = await this.#knowsGrid(request.signal);
    const unwanted: Opened[] = [];
    try {
      let { opened, place } = await this.#open(request, isGrid);
      // The session on the failed node stays open while the next one is requested: that makes the node less likely.
      while (place.another && unwanted.length < OTHER_NODE_TRIES) {
        unwanted.push(opened);
        ({ opened, place } = await this.#open(request, isGrid));
      }
      return await this.#own(opened, place, request.signal);
    } finally {
      for (const opened of unwanted) this.#sessions.endLater(opened);
    }
  }

  async whyUnreached(url: string, node: string): Promise<string | undefined> {
    return await whyElsewhere(url, node);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#disposal.abort(), BACKGROUND_DEADLINE_MS);
    await Promise.all([...this.#owned].map((owned) => owned.release()));
    await this.#sessions.settle();
    await this.#sessions.endRest();
    await this.#sessions.untilEnded();
    await this.#untilForgotten();
    clearTimeout(timer);
  }

  async #knowsGrid(signal: AbortSignal): Promise<boolean> {
    return this.#isGrid ?? (await this.#status(signal)).isGrid;
  }

  async #status(signal: AbortSignal): Promise<GridStatus> {
    const status = await readGridStatus(this.#client, { deadlineMs: STATUS_DEADLINE_MS, signal });
    this.#isGrid = status.isGrid;
    return status;
  }

  /**
   * A hub lists a session for a moment after it has ended. After a run its status must list none of ours, unless its record
   * stays.
   */
  async #untilForgotten(): Promise<void> {
    const { ended } = this.#sessions;
    const { signal } = this.#disposal;
    const end = Date.now() + FORGOTTEN_DEADLINE_MS;
    while (this.#isGrid && !this.#strays.isEmpty) {
      const status = await this.#status(signal).catch(() => undefined);
      const ours = this.#strays.among(status?.sessions ?? []);
      const listed = ours.filter((session) => !this.#sessions.isUnended(session));
      if (listed.length === 0) return;
      const isLate = Date.now() >= end;
      const strays = listed.filter(({ sessionId }) => isLate || !ended.has(sessionId));
      await this.#strays.end(strays, signal);
      if (isLate) return;
      await delay(50);
    }
  }

  /** Opens a session and finds its node. If the reply had the id of another session, the grid's status has the right one. */
  async #open(request: SessionRequest, isGrid: boolean): Promise<{ opened: Opened; place: FoundPlace }> {
    const opened = await this.#sessions.open(request, isGrid);
    // A status that fails must not cost the session.
    const status = isGrid ? await this.#status(request.signal).catch(() => undefined) : undefined;
    const [named, ...twins] = status?.sessions.filter(({ name }) => name === opened.name) ?? [];
    if (twins.length > 0) this.#sessions.inBackground(this.#strays.end(twins, this.#disposal.signal));
    const right = named === undefined ? opened : await this.#sessions.correct(opened, named);
    return { opened: right, place: this.#placeOf(right, status, request) };
  }

  /** Finds the node of a session, and whether a session on another node would be better. */
  #placeOf({ session }: Opened, status: GridStatus | undefined, request: SessionRequest): FoundPlace {
    const node = status?.sessions.find(({ sessionId }) => sessionId === session.sessionId)?.nodeUri;
    if (status === undefined || node === undefined)
      return { node: this.name, another: false, keepAliveMs: KEEP_ALIVE_MS };
    const wanted = mergeCapabilities({ browserName: 'chrome' }, request.capabilities);
    const another =
      request.avoidNodes.includes(node) &&
      status.nodes.some((other) => !request.avoidNodes.includes(other.uri) && freeSlots(other, wanted) > 0);
    const limitMs = status.nodes.find(({ uri }) => uri === node)?.sessionTimeoutMs ?? Number.POSITIVE_INFINITY;
    return { node, another, keepAliveMs: Math.min(KEEP_ALIVE_MS, limitMs / KEEP_ALIVES) };
  }

  async #own(opened: Opened, { node, keepAliveMs }: FoundPlace, signal: AbortSignal): Promise<OwnedSession> {
    try {
      const place = { endpoint: this.#url, node, keepAliveMs };
      const limits = { deadlineMs: COMMAND_DEADLINE_MS, signal };
      const session = await sessionFacts(opened.session, place, this.#client, limits);
      let released: Promise<void> | undefined;
      const owned: OwnedSession = {
        session,
        release: () => (released ??= this.#sessions.end(opened).finally(() => this.#owned.delete(owned))),
      };
      this.#owned.add(owned);
      return owned;
    } catch (error) {
      this.#sessions.endLater(opened);
      throw error;
    }
  }
}

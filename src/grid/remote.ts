import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Grid, OwnedSession, SessionRequest } from '../core/ports.ts';
import { WireClient } from '../wire/wire-client.ts';
import { WireError } from '../wire/wire-error.ts';
import { defaultCapabilities, mergeCapabilities } from './capabilities.ts';
import { autoCapacity, freeSlots, readGridStatus, type GridStatus } from './grid-status.ts';
import { findLostSession, type LostSession } from './lost-session.ts';
import { SessionRegistry, type Registration } from './registry.ts';
import { sessionFacts, type NewSession } from './session-facts.ts';

export interface RemoteGridOptions {
  readonly sessions: number | 'auto';
  readonly headed?: boolean;
  readonly registry?: SessionRegistry;
  /** Of the run, for finding the slots that match; each request brings them again. */
  readonly capabilities?: Readonly<Record<string, unknown>>;
  /** Of a `POST /session`: longer than the Grid's queue time-out (300 s unless it was told otherwise) and a start. */
  readonly openDeadlineMs?: number;
  /** How long a session is looked for whose answer was lost. */
  readonly lostSearchMs?: number;
}

const OPEN_DEADLINE_MS = 390_000;
const LOST_SEARCH_MS = 20_000;
const STATUS_DEADLINE_MS = 10_000;
const COMMAND_DEADLINE_MS = 30_000;
/** A hub that is just making the session may leave a DELETE without an answer for ever: it is asked again. */
const QUIT_DEADLINE_MS = 7_000;
const QUIT_TRIES = 3;
/** How long the end of the grid waits for sessions that were asked for and then not wanted. */
const BACKGROUND_DEADLINE_MS = 30_000;
const FORGOTTEN_DEADLINE_MS = 3000;
/** How often another node is asked for when a session came from one that just failed. */
const OTHER_NODE_TRIES = 2;

/** A session that is open on the grid, not yet given out. */
interface Opened {
  readonly session: NewSession;
  readonly registration: Registration;
}

/** Any W3C WebDriver endpoint; of a Selenium Grid also the slots, the nodes and the lost sessions. */
export function remoteGrid(url: string, options: RemoteGridOptions): Grid {
  return new RemoteGrid(url, options);
}

class RemoteGrid implements Grid {
  readonly name: string;
  readonly #url: string;
  readonly #client: WireClient;
  readonly #options: RemoteGridOptions;
  readonly #registry: SessionRegistry;
  readonly #owned = new Set<OwnedSession>();
  /** Requests for a session that have no answer yet. */
  #askedCount = 0;
  /** Ids of the sessions that were ended. */
  readonly #ended = new Set<string>();
  readonly #background = new Set<Promise<unknown>>();
  readonly #disposal = new AbortController();
  #isGrid: boolean | undefined;

  constructor(url: string, options: RemoteGridOptions) {
    this.#client = new WireClient(url);
    this.#url = url;
    this.name = this.#client.endpoint.shown;
    this.#options = options;
    this.#registry = options.registry ?? new SessionRegistry();
  }

  async capacity(signal: AbortSignal): Promise<number> {
    const { sessions, capabilities = {} } = this.#options;
    if (sessions !== 'auto') {
      // Whoever has asked for so many is told soon, and by this, where there is no grid.
      if (this.#isGrid === undefined) await this.#status(signal);
      return sessions;
    }
    const status = await this.#status(signal);
    if (!status.isGrid) return availableParallelism();
    return autoCapacity(
      status,
      mergeCapabilities({ browserName: 'chrome' }, capabilities),
      this.#owned.size,
      this.#askedCount,
    );
  }

  async openSession(request: SessionRequest): Promise<OwnedSession> {
    const unwanted: Opened[] = [];
    try {
      let opened = await this.#open(request);
      let place = await this.#placeOf(opened, request);
      // The session on the failed node is held while the other is asked for: it makes that node the less likely choice.
      while (place.another && unwanted.length < OTHER_NODE_TRIES) {
        unwanted.push(opened);
        opened = await this.#open(request);
        place = await this.#placeOf(opened, request);
      }
      return await this.#own(opened, place.node, request.signal);
    } finally {
      for (const opened of unwanted) this.#inBackground(this.#end(opened));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const timer = setTimeout(() => this.#disposal.abort(), BACKGROUND_DEADLINE_MS);
    await Promise.all([...this.#owned].map((owned) => owned.release()));
    while (this.#background.size > 0) await Promise.allSettled(this.#background);
    await this.#untilForgotten();
    clearTimeout(timer);
  }

  async #status(signal: AbortSignal): Promise<GridStatus> {
    const status = await readGridStatus(this.#client, { deadlineMs: STATUS_DEADLINE_MS, signal });
    this.#isGrid = status.isGrid;
    return status;
  }

  /** A hub shows a session for a moment after it has ended; who looks when the run is over is to see none of ours. */
  async #untilForgotten(): Promise<void> {
    const end = Date.now() + FORGOTTEN_DEADLINE_MS;
    while (this.#isGrid && this.#ended.size > 0 && Date.now() < end) {
      const status = await this.#status(this.#disposal.signal).catch(() => undefined);
      if (!status?.sessions.some(({ sessionId }) => this.#ended.has(sessionId))) return;
      await delay(50);
    }
  }

  /** Asks for a session, once. On disk before it is asked for, by a name that no other session has. */
  async #open(request: SessionRequest): Promise<Opened> {
    if (this.#isGrid === undefined) await this.#status(request.signal);
    const name = `${request.name} ${randomBytes(4).toString('hex')}`;
    const registration = await this.#registry.add(name, this.name);
    const capabilities = mergeCapabilities(defaultCapabilities(this.#options.headed ?? false), request.capabilities);
    // chromedriver alone takes no capability that it does not know.
    const named = this.#isGrid ? mergeCapabilities(capabilities, { 'se:name': name }) : capabilities;
    this.#askedCount += 1;
    try {
      const session = await this.#post(named, name, registration, request.signal);
      await registration.update({ sessionId: session.sessionId });
      return { session, registration };
    } finally {
      this.#askedCount -= 1;
    }
  }

  async #post(
    capabilities: object,
    name: string,
    registration: Registration,
    signal: AbortSignal,
  ): Promise<NewSession> {
    const { openDeadlineMs = OPEN_DEADLINE_MS, lostSearchMs = LOST_SEARCH_MS } = this.#options;
    const body = { capabilities: { alwaysMatch: capabilities } };
    const cut = new AbortController();
    const stop = (): void => cut.abort();
    signal.addEventListener('abort', stop, { once: true });
    this.#disposal.signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    // A Grid drops a request with its connection. Another server would make a session that nobody can find: there
    // the request goes on, and what comes of it is ended.
    const limits = { deadlineMs: openDeadlineMs, signal: this.#isGrid ? cut.signal : this.#disposal.signal };
    const posted = this.#client.send('POST', '/session', body, limits) as Promise<NewSession>;
    try {
      return await orAbort(posted, cut.signal, name);
    } catch (error) {
      const stopped = cut.signal.aborted;
      if (!this.#isGrid) {
        const late = posted.then(
          (session) => this.#end({ session, registration }),
          (late: unknown) => (late instanceof WireError && late.mayBeDone ? undefined : registration.remove()),
        );
        this.#inBackground(late);
        throw error;
      }
      if (!(error instanceof WireError) || !error.mayBeDone) {
        await registration.remove();
        throw error;
      }
      const search = findLostSession(this.#client, name, lostSearchMs, this.#disposal.signal);
      if (stopped) {
        this.#inBackground(search.then((lost) => this.#endLost(lost, registration)));
        throw error;
      }
      const lost = await search;
      if (typeof lost === 'object') return lost;
      await this.#endLost(lost, registration);
      throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      this.#disposal.signal.removeEventListener('abort', stop);
    }
  }

  /** Which node a session is on, and whether another one should be asked for. */
  async #placeOf({ session }: Opened, request: SessionRequest): Promise<{ node: string; another: boolean }> {
    // A session is worth more than the name of its node.
    const status = this.#isGrid ? await this.#status(request.signal).catch(() => undefined) : undefined;
    const node = status?.sessions.find(({ sessionId }) => sessionId === session.sessionId)?.nodeUri;
    if (status === undefined || node === undefined) return { node: this.name, another: false };
    const wanted = mergeCapabilities({ browserName: 'chrome' }, request.capabilities);
    const another =
      request.avoidNodes.includes(node) &&
      status.nodes.some((other) => !request.avoidNodes.includes(other.uri) && freeSlots(other, wanted) > 0);
    return { node, another };
  }

  async #own(opened: Opened, node: string, signal: AbortSignal): Promise<OwnedSession> {
    const { session } = opened;
    try {
      const facts = await sessionFacts(session, this.#url, node, this.#client, {
        deadlineMs: COMMAND_DEADLINE_MS,
        signal,
      });
      let released: Promise<void> | undefined;
      const owned: OwnedSession = {
        session: facts,
        release: () => (released ??= this.#end(opened).finally(() => this.#owned.delete(owned))),
      };
      this.#owned.add(owned);
      return owned;
    } catch (error) {
      this.#inBackground(this.#end(opened));
      throw error;
    }
  }

  /** Ends a session. What can't be ended keeps its record, for the next sweep. Never throws. */
  async #end({ session, registration }: Opened): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#client.send('DELETE', `/session/${session.sessionId}`, undefined, { deadlineMs: QUIT_DEADLINE_MS });
        break;
      } catch (error) {
        const isUnknown = error instanceof WireError && (error.mayBeDone || error.code === 'grid.unreachable');
        if (!isUnknown) break;
        if (tries === QUIT_TRIES) return;
      }
    }
    this.#ended.add(session.sessionId);
    await registration.remove().catch(() => {});
  }

  /** A session that was not wanted any more, where it could be found; what is unknown keeps its record, for the next sweep. */
  async #endLost(lost: LostSession, registration: Registration): Promise<void> {
    if (typeof lost === 'object') await this.#end({ session: lost, registration });
    else if (lost === 'none') await registration.remove();
  }

  #inBackground(work: Promise<unknown>): void {
    const known = work.catch(() => {}).finally(() => this.#background.delete(known));
    this.#background.add(known);
  }
}

/** A promise, or the signal's abort as the error that a cut request has. */
async function orAbort<T>(work: Promise<T>, signal: AbortSignal, name: string): Promise<T> {
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void =>
    aborted.reject(new WireError('aborted', `POST /session for ${name}`, 'stopped before its answer came'));
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    aborted.promise.catch(() => {});
  }
}

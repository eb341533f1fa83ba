import { randomBytes } from 'node:crypto';
import { freemem } from 'node:os';
import type { ErrorCode } from '../../core/error-codes.ts';
import type { Grid, OwnedSession, OwnPage, SessionRequest } from '../../core/ports.ts';
import { withChromeFlags } from '../chrome-flags.ts';
import { clearLeftovers } from '../clear-leftovers.ts';
import { readHostNames, type HostNames } from '../hosts-file.ts';
import { whyElsewhere } from '../loopback.ts';
import { NO_RECORDS, type SessionRegistry } from '../registry.ts';
import { remoteGrid } from '../remote.ts';
import { autoSessionsPerNode } from './add-node.ts';
import { roomForNodes, type NodeRange } from './autoscale.ts';
import { downAllDead, gridDown, wrongName } from './down.ts';
import { openEngine, type Engine } from './engine.ts';
import { needsForwarder, openForwarder, type Forwarder } from './forwarder.ts';
import { isGridName } from './labels.ts';
import { gridNetwork, whyInNetwork } from './network.ts';
import { everyNode } from './inventory.ts';
import { findDockerGrid } from './open-grid.ts';
import { openOwnPage } from './own-page.ts';
import { ownerLabel } from './owner.ts';
import { startScaler, type Scaler } from './scaler.ts';
import { gridUp } from './up.ts';
import { decoded } from '../../text/telling-value.ts';

export interface DockerGridOptions {
  /** The grid to use if it is up. */
  readonly name: string;
  /** The size of a grid made for this run. Its size is fixed if `min` equals `max`. */
  readonly nodes: NodeRange;
  readonly sessionsPerNode: number | 'auto';
  readonly sessions: number | 'auto';
  readonly image?: string | undefined;
  readonly hubImage?: string | undefined;
  readonly headed?: boolean;
  readonly registry?: SessionRegistry;
  readonly capabilities?: Readonly<Record<string, unknown>>;
  /** The URLs of the list. The grid's browsers may reach those on this machine's loopback, and nothing else of it. */
  readonly siteUrls: Iterable<string>;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: (text: string) => void;
  /** Receives what the user should know. */
  readonly onNotice?: (level: 'info' | 'warning', code: ErrorCode, text: string) => void;
  /** Called when the number of nodes that take sessions has changed. */
  readonly onScaled?: (nodes: number, reason: string) => void;
}

export interface DockerGrid extends Grid {
  /** Values that no output may show. */
  readonly secrets: readonly string[];
}

/**
 * A Selenium Grid in containers: the one with this name if it is up, or else one that is made for this run and removed
 * after it. First it removes the grids that killed runs left. Throws a `GridrunError`.
 */
export async function dockerGrid(options: DockerGridOptions): Promise<DockerGrid> {
  if (!isGridName(options.name)) throw wrongName(options.name);
  const engine = await openEngine(options.signal);
  const cleared = await downAllDead({ engine });
  if (cleared.length > 0)
    options.onNotice?.('info', 'grid.swept', `removed what a killed run had left: ${cleared.join(', ')}`);
  const place = (await findPlace(engine, options)) ?? (await makePlace(engine, options));
  try {
    await clearLeftovers({
      gridUrl: place.url,
      ...(options.registry === undefined ? {} : { registry: options.registry }),
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const names = await readHostNames();
    const forwarder = await forwarderFor(engine, place.name, options.siteUrls, names);
    return new ContainerGrid(engine, place, { forwarder, names }, options);
  } catch (error) {
    if (place.own) await gridDown(place.name, { engine: engine.with(undefined) }).catch(() => {});
    throw error;
  }
}

/** The grid that a run works on. */
interface Place {
  readonly name: string;
  readonly url: string;
  /** The URL without its credentials. */
  readonly shown: string;
  readonly registration: string;
  readonly sessionsPerNode: number;
  /** Made for this run. */
  readonly own: boolean;
}

async function findPlace(engine: Engine, { name, onProgress }: DockerGridOptions): Promise<Place | undefined> {
  const grid = await findDockerGrid(name, engine);
  if (grid === undefined) return undefined;
  const shown = new URL(grid.access.url).origin;
  onProgress?.(`using the grid '${name}' at ${shown}`);
  return { name, ...grid.access, shown, sessionsPerNode: everyNode(grid.inventory)[0]?.sessions ?? 1, own: false };
}

async function makePlace(engine: Engine, options: DockerGridOptions): Promise<Place> {
  const { image, hubImage, signal, onProgress, nodes } = options;
  const grows = nodes.max > nodes.min;
  const up = await gridUp({
    name: `run-${randomBytes(5).toString('hex')}`,
    nodes: nodes.min,
    // A grid that may grow has nodes of the size that they should have when it is full.
    sessionsPerNode:
      options.sessionsPerNode === 'auto' && grows
        ? await autoSessionsPerNode(engine, nodes.max)
        : options.sessionsPerNode,
    port: 0,
    owner: ownerLabel(),
    image,
    hubImage,
    signal,
    onProgress,
  });
  for (const text of up.notices) options.onNotice?.('warning', 'grid.image', text);
  options.onScaled?.(up.nodes, 'the grid is up');
  const { name, url, shown, registration, sessionsPerNode } = up;
  return { name, url, shown, registration, sessionsPerNode, own: true };
}

async function forwarderFor(
  engine: Engine,
  grid: string,
  siteUrls: Iterable<string>,
  names: HostNames,
): Promise<Forwarder | undefined> {
  const urls: string[] = [];
  for (const url of siteUrls) if (needsForwarder(url, names)) urls.push(url);
  if (urls.length === 0) return undefined;
  const found = await findDockerGrid(grid, engine);
  return await openForwarder(urls, await gridNetwork(engine, found?.hub.id ?? ''), names);
}

/** How the grid's browsers reach sites that only this machine knows. */
interface Ways {
  readonly forwarder: Forwarder | undefined;
  readonly names: HostNames;
}

class ContainerGrid implements DockerGrid {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly #inner: Grid;
  readonly #engine: Engine;
  readonly #place: Place;
  readonly #onProgress: (text: string) => void;
  readonly #forwarder: Forwarder | undefined;
  readonly #names: HostNames;
  readonly #scaler: Scaler;
  readonly #gone = new AbortController();
  #openCount = 0;
  #waitingCount = 0;

  constructor(engine: Engine, place: Place, { forwarder, names }: Ways, options: DockerGridOptions) {
    const { nodes, sessions, headed, registry, capabilities } = options;
    this.name = `docker ${place.shown}`;
    this.secrets = [decoded(new URL(place.url).password), place.registration];
    this.#engine = engine;
    this.#place = place;
    this.#onProgress = options.onProgress ?? (() => {});
    this.#forwarder = forwarder;
    this.#names = names;
    const grows = place.own && nodes.max > nodes.min;
    this.#inner = remoteGrid(place.url, {
      // A grid that grows takes requests for all the slots that it may have, so that waiting requests make it grow.
      sessions: grows && sessions === 'auto' ? nodes.max * place.sessionsPerNode : sessions,
      headed,
      // A grid of this run is removed with its sessions, by a later run too: its containers name this process.
      registry: place.own ? NO_RECORDS : registry,
      capabilities,
      isKept: true,
      gone: this.#gone.signal,
    });
    this.#scaler = startScaler({
      grid: place.name,
      engine: engine.with(undefined),
      range: place.own ? nodes : undefined,
      sessionsPerNode: place.sessionsPerNode,
      load: () => ({ open: this.#openCount, waiting: this.#waitingCount }),
      room: (count, cores) => roomForNodes({ freeBytes: freemem(), cores }, count, place.sessionsPerNode),
      onScaled: options.onScaled ?? (() => {}),
      onNotice: options.onNotice ?? (() => {}),
      onGone: (error) => this.#gone.abort(error),
    });
  }

  async capacity(signal: AbortSignal): Promise<number> {
    this.#gone.signal.throwIfAborted();
    return await this.#inner.capacity(signal);
  }

  async openSession(request: SessionRequest): Promise<OwnedSession> {
    const capabilities = withChromeFlags(request.capabilities, this.#forwarder?.chromeFlags ?? []);
    const signal = AbortSignal.any([request.signal, this.#gone.signal]);
    this.#gone.signal.throwIfAborted();
    this.#waitingCount += 1;
    const owned = await this.#inner
      .openSession({ ...request, capabilities, signal })
      .catch((error: unknown) => {
        // The reason is the grid's end, not the request that it cut.
        this.#gone.signal.throwIfAborted();
        throw error;
      })
      .finally(() => (this.#waitingCount -= 1));
    this.#openCount += 1;
    let released: Promise<void> | undefined;
    return {
      session: owned.session,
      release: () => (released ??= owned.release().finally(() => (this.#openCount -= 1))),
    };
  }

  async openPage(): Promise<OwnPage | undefined> {
    return await openOwnPage(this.#engine.with(undefined), this.#place.name).catch(() => undefined);
  }

  async whyUnreached(url: string, node: string): Promise<string | undefined> {
    const elsewhere = needsForwarder(url, this.#names) ? undefined : await whyElsewhere(url, node);
    if (elsewhere !== undefined)
      return `${elsewhere} (gridrun opens a way to *.localhost and to names of the hosts file)`;
    return await whyInNetwork(this.#engine.with(undefined), this.#place.name, url).catch(() => undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scaler.stop();
    await this.#inner[Symbol.asyncDispose]();
    await this.#forwarder?.[Symbol.asyncDispose]();
    if (this.#place.own) await this.#remove();
  }

  /** Never throws: an engine that fails now must not cost the results of the run. */
  async #remove(): Promise<void> {
    const { name } = this.#place;
    await gridDown(name, { engine: this.#engine.with(undefined) }).catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.#onProgress(`could not remove the grid '${name}': ${why}; to remove it later: gridrun grid down --all-dead`);
    });
  }
}

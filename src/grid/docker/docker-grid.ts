import { randomBytes } from 'node:crypto';
import { freemem } from 'node:os';
import type { ErrorCode } from '../../core/error-codes.ts';
import type { Grid, OwnedSession, SessionRequest } from '../../core/ports.ts';
import type { SessionRegistry } from '../registry.ts';
import { remoteGrid } from '../remote.ts';
import { roomForNodes, type NodeRange } from './autoscale.ts';
import { downAllDead, gridDown } from './down.ts';
import { openEngine, type Engine } from './engine.ts';
import { needsForwarder, openForwarder, withFlags, type Forwarder, type GridNetwork } from './forwarder.ts';
import { findDockerGrid } from './open-grid.ts';
import { ownerLabel } from './owner.ts';
import { startScaler, type Scaler } from './scaler.ts';
import { gridUp } from './up.ts';

export interface DockerGridOptions {
  /** Of the grid to use where it is up. */
  readonly name: string;
  /** Of a grid made for this run; `min` equal to `max` is a fixed number. */
  readonly nodes: NodeRange;
  readonly sessionsPerNode: number | 'auto';
  readonly sessions: number | 'auto';
  readonly image?: string;
  readonly hubImage?: string;
  readonly headed?: boolean;
  readonly registry?: SessionRegistry;
  readonly capabilities?: Readonly<Record<string, unknown>>;
  /** The URLs of the list; a door is opened for those on this machine's loopback, and for nothing else. */
  readonly siteUrls: Iterable<string>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
  /** Something that a person should know. */
  readonly onNotice?: (level: 'info' | 'warning', code: ErrorCode, text: string) => void;
  /** The number of nodes that take sessions has changed. */
  readonly onScaled?: (nodes: number, reason: string) => void;
}

export interface DockerGrid extends Grid {
  /** What no output may show. */
  readonly secrets: readonly string[];
}

/**
 * A Selenium Grid in containers: the one of this name where it is up, else one that is made for this run and goes
 * with it. What a run that was killed left behind is swept first. Throws a `GridrunError`.
 */
export async function dockerGrid(options: DockerGridOptions): Promise<DockerGrid> {
  const engine = await openEngine(options.signal);
  const swept = await downAllDead({ engine });
  if (swept.length > 0) options.onNotice?.('info', 'grid.swept', `took away what a dead run left: ${swept.join(', ')}`);
  const place = (await placeOfStanding(engine, options)) ?? (await placeOfOwn(options));
  try {
    const forwarder = await forwarderFor(engine, place.name, options.siteUrls);
    return new ContainerGrid(engine, place, forwarder, options);
  } catch (error) {
    if (place.own) await gridDown(place.name, { engine: engine.with(undefined) }).catch(() => {});
    throw error;
  }
}

/** The grid that a run works on. */
interface Place {
  readonly name: string;
  readonly url: string;
  readonly shown: string;
  readonly registration: string;
  readonly sessionsPerNode: number;
  /** Made for this run. */
  readonly own: boolean;
}

async function placeOfStanding(engine: Engine, options: DockerGridOptions): Promise<Place | undefined> {
  const grid = await findDockerGrid(options.name, engine);
  if (grid === undefined) return undefined;
  const shown = new URL(grid.access.url).origin;
  options.onProgress?.(`using the grid '${options.name}' at ${shown}`);
  return {
    name: options.name,
    ...grid.access,
    shown,
    sessionsPerNode: grid.inventory.nodes[0]?.sessions ?? 1,
    own: false,
  };
}

async function placeOfOwn(options: DockerGridOptions): Promise<Place> {
  const { image, hubImage, signal, onProgress, nodes, sessionsPerNode } = options;
  const up = await gridUp({
    name: `run-${randomBytes(5).toString('hex')}`,
    nodes: nodes.min,
    sessionsPerNode:
      sessionsPerNode === 'auto' && nodes.max > nodes.min ? await sessionsOverRange(options) : sessionsPerNode,
    port: 0,
    owner: ownerLabel(),
    ...(image === undefined ? {} : { image }),
    ...(hubImage === undefined ? {} : { hubImage }),
    ...(signal === undefined ? {} : { signal }),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  for (const text of up.notices) options.onNotice?.('warning', 'grid.image', text);
  options.onScaled?.(up.nodes, 'the grid is up');
  return {
    name: up.name,
    url: up.url,
    shown: up.shown,
    registration: up.registration,
    sessionsPerNode: up.sessionsPerNode,
    own: true,
  };
}

/** A grid that may grow to `max` nodes has a node as large as it should be then. */
async function sessionsOverRange({ nodes, signal }: DockerGridOptions): Promise<number> {
  const engine = await openEngine(signal);
  const { NCPU } = (await engine.call('tell about itself', async () => await engine.docker.info())) as { NCPU: number };
  return Math.max(1, Math.ceil(NCPU / nodes.max));
}

async function forwarderFor(engine: Engine, grid: string, siteUrls: Iterable<string>): Promise<Forwarder | undefined> {
  const urls: string[] = [];
  for (const url of siteUrls) if (needsForwarder(url)) urls.push(url);
  return urls.length === 0 ? undefined : await openForwarder(urls, await networkOf(engine, grid));
}

async function networkOf(engine: Engine, grid: string): Promise<GridNetwork> {
  const found = await findDockerGrid(grid, engine);
  const facts = await engine.call(
    'inspect a hub',
    async () => await engine.docker.getContainer(found?.hub.id ?? '').inspect(),
  );
  const [network] = Object.values(facts.NetworkSettings.Networks);
  return { gateway: network?.Gateway ?? '', subnet: `${network?.Gateway ?? ''}/${network?.IPPrefixLen ?? 32}` };
}

function withForwarder(
  capabilities: SessionRequest['capabilities'],
  { chromeFlags }: Forwarder,
): SessionRequest['capabilities'] {
  const chrome = (capabilities['goog:chromeOptions'] ?? {}) as { readonly args?: readonly string[] };
  return { ...capabilities, 'goog:chromeOptions': { ...chrome, args: withFlags(chrome.args ?? [], chromeFlags) } };
}

class ContainerGrid implements DockerGrid {
  readonly name: string;
  readonly secrets: readonly string[];
  readonly #inner: Grid;
  readonly #engine: Engine;
  readonly #place: Place;
  readonly #onProgress: (text: string) => void;
  readonly #forwarder: Forwarder | undefined;
  readonly #scaler: Scaler;
  readonly #maxSessions: number | undefined;
  #openCount = 0;
  #waitingCount = 0;

  constructor(engine: Engine, place: Place, forwarder: Forwarder | undefined, options: DockerGridOptions) {
    const { nodes, sessions, headed, registry, capabilities } = options;
    this.name = `docker ${place.shown}`;
    this.secrets = [decodeURIComponent(new URL(place.url).password), place.registration];
    this.#engine = engine;
    this.#place = place;
    this.#onProgress = options.onProgress ?? (() => {});
    this.#forwarder = forwarder;
    const grows = place.own && nodes.max > nodes.min;
    this.#maxSessions = grows && sessions === 'auto' ? nodes.max * place.sessionsPerNode : undefined;
    this.#inner = remoteGrid(place.url, {
      sessions: this.#maxSessions ?? sessions,
      ...(headed === undefined ? {} : { headed }),
      ...(registry === undefined ? {} : { registry }),
      ...(capabilities === undefined ? {} : { capabilities }),
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
    });
  }

  async capacity(signal: AbortSignal): Promise<number> {
    return await this.#inner.capacity(signal);
  }

  async openSession(request: SessionRequest): Promise<OwnedSession> {
    const capabilities =
      this.#forwarder === undefined ? request.capabilities : withForwarder(request.capabilities, this.#forwarder);
    this.#waitingCount += 1;
    const owned = await this.#inner.openSession({ ...request, capabilities }).finally(() => (this.#waitingCount -= 1));
    this.#openCount += 1;
    let released: Promise<void> | undefined;
    return {
      session: owned.session,
      release: () => (released ??= owned.release().finally(() => (this.#openCount -= 1))),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scaler.stop();
    await this.#inner[Symbol.asyncDispose]();
    await this.#forwarder?.[Symbol.asyncDispose]();
    if (this.#place.own)
      await gridDown(this.#place.name, { engine: this.#engine.with(undefined) }).catch((error: unknown) =>
        this.#leftBehind(error),
      );
  }

  /** An engine that has gone takes nothing away; what the run found out is worth more than that. */
  #leftBehind(error: unknown): void {
    this.#onProgress(
      `the grid '${this.#place.name}' could not be taken away: ${(error as Error).message}; gridrun grid down --all-dead does it later`,
    );
  }
}
